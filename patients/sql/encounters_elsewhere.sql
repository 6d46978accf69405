-- A contact that another patient already has, here or in the import: taken away, and told of.
DELETE FROM stage_encounter e
USING (
    WITH mine AS ({about})
    SELECT e.seq
    FROM mine e JOIN patients_encounter old ON (old.clinic_id, old.source_id) = (%(clinic)s, e.source_id)
    WHERE e.patient_id IS NOT NULL AND old.patient_id <> e.patient_id
    UNION
    SELECT e.seq
    FROM mine e
    JOIN (
        SELECT source_id FROM mine WHERE patient_id IS NOT NULL
        GROUP BY source_id HAVING count(DISTINCT patient_id) > 1
    ) twice USING (source_id)
    WHERE e.patient_id IS NOT NULL
) wrong
WHERE e.seq = wrong.seq
RETURNING e.file, e.row;
