-- The people of the import. The last row has the last word, but nothing known is made unknown. Who is new gets
-- a number here already, in the order of the rows.
INSERT INTO stage_person
SELECT leader, coalesce(patient_id, nextval('patients_patient_id_seq')), patient_id IS NOT NULL, fault,
    given_name, family_name, birth_date, sex, list_doctor_id, usual_nurse_id, home_care, deceased_on,
    deceased_exact, moved_on, all_drugs_told, rows
FROM (
    SELECT p.seq AS leader, k.patient_id, NULL AS fault, p.given_name, p.family_name, p.birth_date, p.sex,
        p.list_doctor_id, p.usual_nurse_id, p.home_care, p.deceased_on, p.deceased_exact, p.moved_on,
        p.all_drugs_told, 1 AS rows
    FROM stage_patient p LEFT JOIN stage_known k USING (seq)
    WHERE NOT EXISTS (SELECT FROM stage_shared l WHERE l.seq = p.seq)
    UNION ALL
    SELECT l.leader, min(k.patient_id),
        CASE
            WHEN count(DISTINCT k.patient_id) > 1 THEN 'two_patients'
            WHEN min(p.birth_date) <> max(p.birth_date) THEN 'two_birth_dates'
        END,
        (array_agg(p.given_name ORDER BY p.seq DESC))[1],
        (array_agg(p.family_name ORDER BY p.seq DESC))[1],
        (array_agg(p.birth_date ORDER BY p.seq DESC))[1],
        coalesce((array_agg(p.sex ORDER BY p.seq DESC) FILTER (WHERE p.sex <> 'unknown'))[1], 'unknown'),
        (array_agg(p.list_doctor_id ORDER BY p.seq DESC) FILTER (WHERE p.list_doctor_id IS NOT NULL))[1],
        (array_agg(p.usual_nurse_id ORDER BY p.seq DESC) FILTER (WHERE p.usual_nurse_id IS NOT NULL))[1],
        (array_agg(p.home_care ORDER BY p.seq DESC) FILTER (WHERE p.home_care IS NOT NULL))[1],
        (array_agg(p.deceased_on ORDER BY p.deceased_exact DESC, p.seq DESC)
            FILTER (WHERE p.deceased_on IS NOT NULL))[1],
        coalesce(bool_or(p.deceased_exact) FILTER (WHERE p.deceased_on IS NOT NULL), true),
        (array_agg(p.moved_on ORDER BY p.seq DESC) FILTER (WHERE p.moved_on IS NOT NULL))[1],
        bool_or(p.all_drugs_told),
        count(DISTINCT p.seq)
    FROM stage_shared l JOIN stage_patient p USING (seq) LEFT JOIN stage_known k USING (seq)
    GROUP BY l.leader
    ORDER BY leader
) person;
ANALYZE stage_person (leader, patient_id, known, fault);
-- The same identifier, but another birth date and another given name, as when two of a family are mixed up: somebody
-- else's number. A corrected birth date comes with the same given name, a new one with the same birth date. Unless it was
-- from this birth date that somebody here has corrected the patient.
UPDATE stage_person s SET fault = 'another_person'
FROM patients_patient p
WHERE p.clinic_id = %(clinic)s AND p.id = s.patient_id AND s.known AND s.fault IS NULL
    AND p.birth_date <> s.birth_date
    AND lower(p.given_name) <> lower(s.given_name)
    AND NOT EXISTS (
        SELECT FROM ({corrected}) c
        WHERE c.patient_id = p.id AND c.field = 'birth_date' AND c.before = s.birth_date::text
    );
INSERT INTO stage_refused
SELECT DISTINCT i.system, i.value
FROM stage_person s LEFT JOIN stage_shared l USING (leader)
JOIN stage_identifier i ON i.seq = coalesce(l.seq, s.leader)
WHERE s.fault IS NOT NULL;
-- Nobody who stands alone has a name twice, or the row would be tied to itself.
INSERT INTO stage_name
SELECT i.system, i.value, s.patient_id, NOT s.known
FROM stage_person s JOIN stage_identifier i ON i.seq = s.leader
WHERE s.fault IS NULL AND NOT EXISTS (SELECT FROM stage_shared l WHERE l.seq = s.leader)
UNION ALL
SELECT DISTINCT i.system, i.value, s.patient_id, NOT s.known
FROM stage_shared l JOIN stage_person s USING (leader) JOIN stage_identifier i USING (seq)
WHERE s.fault IS NULL;
ANALYZE stage_refused, stage_name (system, value);
