-- When each last came home from hospital, of who did since the day `admitted`: noted by somebody, or imported.
SELECT p.patient_id, max(p.home_on) AS home_on
FROM (
    SELECT d.patient_id, d.discharged_on AS home_on FROM patients_discharge d
    WHERE d.clinic_id = %(clinic)s AND NOT d.mistaken AND d.discharged_on BETWEEN %(admitted)s AND %(today)s
    UNION ALL
    SELECT e.patient_id, (e.ends_at AT TIME ZONE 'Europe/Oslo')::date FROM patients_encounter e
    WHERE e.clinic_id = %(clinic)s AND e.act_class IN ('IMP', 'ACUTE', 'NONAC') AND e.ends_at IS NOT NULL
      AND e.ends_at >= %(admitted_from)s AND e.ends_at < %(tomorrow)s
      AND NOT EXISTS (SELECT FROM patients_discharge d WHERE d.encounter_id = e.id AND d.mistaken)
) p
WHERE __OF__
GROUP BY p.patient_id
