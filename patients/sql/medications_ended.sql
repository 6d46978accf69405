-- Ends what we hold as in use: told as ended, or gone from a list that tells of all drugs in use.
WITH ended AS (
    SELECT coalesce(s.patient_id, m.patient_id) AS patient_id, m.source_code, m.starts_on,
        max(coalesce(m.ends_on, %(today)s)) AS ends_on
    FROM stage_medication m LEFT JOIN stage_person s USING (leader)
    GROUP BY 1, 2, 3
    HAVING bool_and(NOT m.in_use)
    UNION ALL
    SELECT old.patient_id, old.source_code, old.starts_on, %(today)s
    FROM stage_person s JOIN patients_medication old USING (patient_id)
    WHERE s.fault IS NULL AND s.all_drugs_told AND old.source_system = %(list)s
        AND NOT EXISTS (
            SELECT FROM stage_medication m
            WHERE m.leader = s.leader AND m.source_code = old.source_code AND m.source_system = %(list)s
        )
)
UPDATE patients_medication old SET ends_on = ended.ends_on
FROM ended
WHERE old.clinic_id = %(clinic)s AND old.ends_on IS NULL AND old.patient_id = ended.patient_id
    AND old.source_code = ended.source_code AND old.starts_on IS NOT DISTINCT FROM ended.starts_on;
