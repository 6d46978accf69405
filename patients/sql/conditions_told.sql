-- A patient has a condition once: has it still if any row says so, from the first day that any row tells. One
-- that somebody here has struck out as wrong stays so.
INSERT INTO told_condition
SELECT t.patient_id, t.icpc2, t.source_system, t.source_code, t.source_text,
    coalesce(t.first_on, old.starts_on), t.until, t.file, t.row, t.rows, t.born,
    CASE
        WHEN old.id IS NULL THEN 'new'
        WHEN old.struck_at IS NULL
            AND (old.source_system, old.source_code, old.source_text, old.ends_on, old.starts_on)
                IS DISTINCT FROM
                (t.source_system, t.source_code, t.source_text, t.until, coalesce(t.first_on, old.starts_on))
        THEN 'changed'
        ELSE 'unchanged'
    END
FROM (
    SELECT c.*, min(starts_on) OVER mine AS first_on, count(*) OVER mine AS rows,
        CASE WHEN bool_or(ends_on IS NULL) OVER mine THEN NULL ELSE max(ends_on) OVER mine END AS until,
        row_number() OVER (
            mine ORDER BY ends_on DESC NULLS FIRST, starts_on DESC NULLS LAST, source_code, seq
        ) AS place
    FROM ({about}) c
    WHERE c.patient_id IS NOT NULL
    WINDOW mine AS (PARTITION BY patient_id, icpc2)
) t
LEFT JOIN patients_condition old ON (old.clinic_id, old.patient_id, old.icpc2) = (%(clinic)s, t.patient_id, t.icpc2)
WHERE t.place = 1;
