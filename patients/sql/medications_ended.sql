-- What we hold as in use and that has ended: told as ended, or gone from a list that tells of all drugs in use.
INSERT INTO stage_ended
SELECT old.id, old.patient_id, min(ended.ends_on)
FROM (
    SELECT m.patient_id, m.source_code, m.starts_on, max(coalesce(m.ends_on, %(today)s)) AS ends_on
    FROM ({about}) m
    WHERE m.patient_id IS NOT NULL
    GROUP BY 1, 2, 3
    HAVING bool_and(NOT m.in_use)
) ended
JOIN patients_medication old ON (old.clinic_id, old.patient_id, old.source_code)
        = (%(clinic)s, ended.patient_id, ended.source_code)
    AND old.starts_on IS NOT DISTINCT FROM ended.starts_on
WHERE old.ends_on IS NULL
GROUP BY old.id;
INSERT INTO stage_ended
SELECT old.id, old.patient_id, %(today)s
FROM stage_person s JOIN patients_medication old ON (old.clinic_id, old.patient_id) = (%(clinic)s, s.patient_id)
LEFT JOIN (
    SELECT DISTINCT patient_id, source_code FROM told_medication WHERE source_system = %(list)s
) told ON (told.patient_id, told.source_code) = (old.patient_id, old.source_code)
WHERE s.known AND s.fault IS NULL AND s.all_drugs_told AND old.source_system = %(list)s AND old.ends_on IS NULL
    AND told.patient_id IS NULL
    AND NOT EXISTS (SELECT FROM stage_ended e WHERE e.medication_id = old.id);
ANALYZE stage_ended;
