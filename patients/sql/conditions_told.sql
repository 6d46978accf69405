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
-- Unlooked at, a table of a hundred thousand rows may be taken for one of a few, and read anew for each of another's.
ANALYZE told_condition (patient_id, icpc2, fate);
-- What somebody here has said of its end stands while the import says what they changed.
INSERT INTO stage_kept
SELECT t.patient_id, 'condition:' || t.icpc2
FROM told_condition t
JOIN patients_condition old ON (old.clinic_id, old.patient_id, old.icpc2) = (%(clinic)s, t.patient_id, t.icpc2)
WHERE t.fate = 'changed' AND old.ends_on IS DISTINCT FROM t.ends_on
    AND EXISTS (
        SELECT FROM ({corrected}) c
        WHERE c.patient_id = t.patient_id AND c.field = 'condition:' || t.icpc2
            AND c.before LIKE '%%/%%' AND split_part(c.before, '/', 2) = coalesce(t.ends_on::text, '')
    );
UPDATE told_condition t
SET ends_on = old.ends_on, starts_on = least(t.starts_on, old.ends_on),
    fate = CASE
        WHEN (old.source_system, old.source_code, old.source_text, old.starts_on) IS DISTINCT FROM
            (t.source_system, t.source_code, t.source_text, least(t.starts_on, old.ends_on))
        THEN 'changed'
        ELSE 'unchanged'
    END
FROM stage_kept k JOIN patients_condition old ON old.clinic_id = %(clinic)s AND old.patient_id = k.patient_id
WHERE k.field = 'condition:' || t.icpc2 AND (t.patient_id, t.icpc2) = (old.patient_id, old.icpc2);
