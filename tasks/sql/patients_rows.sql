-- What a list says of these patients, in the order they are asked for.
WITH standing AS (__STANDING__), drugs AS (__DRUGS__), conditions AS (__CONDITIONS__), stays AS (__STAYS__), plans AS (
    SELECT p.patient_id, array_agg(pr.name ORDER BY pr.name) AS programmes
    FROM tasks_followupplan p JOIN tasks_programme pr ON pr.id = p.programme_id
    WHERE p.clinic_id = %(clinic)s AND p.state = 'active' AND __OF__
    GROUP BY p.patient_id
)
SELECT pt.id, pt.given_name, pt.family_name, pt.birth_date, pt.deceased_on, pt.moved_on, pt.institution_on,
       pt.home_care, doctor.name, nurse.name, coalesce(conditions.codes, '{}'), coalesce(plans.programmes, '{}'),
       standing.next_due, standing.on_time_until, standing.last_done, coalesce(standing.running, false), coalesce(drugs.drugs, 0),
       stays.home_on
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted (id, place)
JOIN patients_patient pt ON pt.id = wanted.id AND pt.clinic_id = %(clinic)s
LEFT JOIN teams_member doctor ON doctor.id = pt.list_doctor_id
LEFT JOIN teams_member nurse ON nurse.id = pt.usual_nurse_id
LEFT JOIN standing ON standing.patient_id = pt.id
LEFT JOIN drugs ON drugs.patient_id = pt.id
LEFT JOIN conditions ON conditions.patient_id = pt.id
LEFT JOIN stays ON stays.patient_id = pt.id
LEFT JOIN plans ON plans.patient_id = pt.id
ORDER BY wanted.place
