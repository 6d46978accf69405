INSERT INTO told_encounter
SELECT t.patient_id, t.source_id, t.act_class, t.department, t.starts_at, t.ends_at, t.file, t.row, t.rows, t.born,
    CASE
        WHEN old.id IS NULL THEN 'new'
        WHEN (old.act_class, old.department, old.starts_at, old.ends_at)
            IS DISTINCT FROM (t.act_class, t.department, t.starts_at, t.ends_at)
        THEN 'changed'
        ELSE 'unchanged'
    END
FROM (
    SELECT e.*, count(*) OVER mine AS rows, row_number() OVER (mine ORDER BY seq DESC) AS place
    FROM ({about}) e
    WHERE e.patient_id IS NOT NULL
    WINDOW mine AS (PARTITION BY source_id)
) t
LEFT JOIN patients_encounter old ON (old.clinic_id, old.source_id) = (%(clinic)s, t.source_id)
WHERE t.place = 1;
