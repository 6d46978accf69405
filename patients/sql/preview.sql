-- What would become of each row or patient: which fields, never what they hold. At most %(most)s of each fate, but all
-- who would be gone: nobody else is taken off the list (gone_unseen.sql).
DELETE FROM patients_importchange WHERE clinic_id = %(clinic)s AND run_id = %(run)s;
INSERT INTO patients_importchange (clinic_id, run_id, fate, file_name, row)
SELECT %(clinic)s, %(run)s, 'new', right(p.file, 200), p.row
FROM stage_person s JOIN stage_patient p ON p.seq = s.leader
WHERE s.fault IS NULL AND NOT s.known
ORDER BY s.leader LIMIT %(most)s;
INSERT INTO patients_importchange (clinic_id, run_id, fate, file_name, row, patient_id, what)
SELECT %(clinic)s, %(run)s, 'changed', right(coalesce(p.file, facts.file, ''), 200), coalesce(p.row, facts.row),
    facts.patient_id, left(facts.what, 300)
FROM (
    SELECT d.patient_id, min(d.file) AS file, (array_agg(d.row ORDER BY d.file, d.row))[1] AS row,
        string_agg(DISTINCT %(words)s::jsonb ->> d.field, ', ') AS what
    FROM (
        SELECT patient_id, field, NULL AS file, NULL::int AS row FROM ({differences}) own
        UNION ALL SELECT patient_id, 'conditions', file, row FROM told_condition WHERE fate <> 'unchanged'
        UNION ALL SELECT patient_id, 'medications', file, row FROM told_medication WHERE fate <> 'unchanged'
        UNION ALL SELECT patient_id, 'medications', NULL, NULL FROM stage_ended
        UNION ALL SELECT patient_id, 'encounters', file, row FROM told_encounter WHERE fate <> 'unchanged'
    ) d
    WHERE NOT EXISTS (SELECT FROM stage_person s WHERE s.patient_id = d.patient_id AND NOT s.known)
    GROUP BY d.patient_id
) facts
LEFT JOIN stage_person s ON s.patient_id = facts.patient_id AND s.fault IS NULL
LEFT JOIN stage_patient p ON p.seq = s.leader
ORDER BY s.leader, facts.file, facts.row LIMIT %(most)s;
INSERT INTO patients_importchange (clinic_id, run_id, fate, patient_id)
SELECT %(clinic)s, %(run)s, 'gone', patient_id FROM stage_gone ORDER BY patient_id;
INSERT INTO patients_importchange (clinic_id, run_id, fate, file_name, row, patient_id, what)
SELECT %(clinic)s, %(run)s, 'kept', right(coalesce(p.file, ''), 200), p.row, k.patient_id, left(k.what, 300)
FROM (
    SELECT patient_id,
        string_agg(DISTINCT %(words)s::jsonb ->> CASE WHEN field LIKE 'condition:%%' THEN 'conditions' ELSE field END, ', ')
            AS what
    FROM stage_kept GROUP BY patient_id
) k
LEFT JOIN stage_person s ON s.patient_id = k.patient_id AND s.fault IS NULL
LEFT JOIN stage_patient p ON p.seq = s.leader
ORDER BY s.leader, k.patient_id LIMIT %(most)s;
