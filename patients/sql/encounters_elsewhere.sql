-- A contact that another patient already has, here or in the import: taken away, and told of.
DELETE FROM stage_encounter e
USING (
    SELECT e.seq
    FROM stage_encounter e LEFT JOIN stage_person s USING (leader)
    JOIN patients_encounter old ON (old.clinic_id, old.source_id) = (%(clinic)s, e.source_id)
    WHERE old.patient_id IS DISTINCT FROM coalesce(s.patient_id, e.patient_id)
    UNION
    SELECT e.seq
    FROM stage_encounter e
    JOIN (
        SELECT source_id FROM stage_encounter
        GROUP BY source_id HAVING count(DISTINCT (leader, patient_id)) > 1
    ) twice USING (source_id)
) wrong
WHERE e.seq = wrong.seq
RETURNING e.file, e.row;
