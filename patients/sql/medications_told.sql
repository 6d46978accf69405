-- Drugs in use come in; what has ended is not brought in.
INSERT INTO told_medication
SELECT t.patient_id, t.source_code, t.starts_on, t.source_system, t.text, t.until, t.file, t.row, t.rows, t.born,
    CASE
        WHEN old.id IS NULL THEN 'new'
        WHEN (old.source_system, old.text, old.ends_on) IS DISTINCT FROM (t.source_system, t.text, t.until)
        THEN 'changed'
        ELSE 'unchanged'
    END
FROM (
    SELECT m.*, max(ends_on) OVER mine AS until, count(*) OVER mine AS rows,
        row_number() OVER (mine ORDER BY seq DESC) AS place
    FROM ({about}) m
    WHERE m.in_use AND m.patient_id IS NOT NULL
    WINDOW mine AS (PARTITION BY patient_id, source_code, starts_on)
) t
LEFT JOIN patients_medication old ON (old.clinic_id, old.patient_id, old.source_code)
        = (%(clinic)s, t.patient_id, t.source_code)
    AND old.starts_on IS NOT DISTINCT FROM t.starts_on
WHERE t.place = 1;
