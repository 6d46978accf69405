-- A patient has a condition once: has it still if any row says so, from the first day that any row tells.
WITH told AS (
    SELECT coalesce(s.patient_id, c.patient_id) AS patient_id, c.icpc2,
        (array_agg(ARRAY[c.source_system, c.source_code, c.source_text]
            ORDER BY c.ends_on DESC NULLS FIRST, c.starts_on DESC NULLS LAST, c.source_code))[1:1] AS source,
        min(c.starts_on) AS starts_on,
        CASE WHEN bool_or(c.ends_on IS NULL) THEN NULL ELSE max(c.ends_on) END AS ends_on,
        count(*) AS rows
    FROM stage_condition c LEFT JOIN stage_person s USING (leader)
    WHERE coalesce(s.patient_id, c.patient_id) IS NOT NULL
    GROUP BY 1, 2
), written AS (
    INSERT INTO patients_condition AS old
        (clinic_id, patient_id, icpc2, source_system, source_code, source_text, starts_on, ends_on)
    SELECT %(clinic)s, patient_id, icpc2, source[1][1], source[1][2], source[1][3], starts_on, ends_on FROM told
    ON CONFLICT (patient_id, icpc2) DO UPDATE
    SET source_system = excluded.source_system, source_code = excluded.source_code,
        source_text = excluded.source_text, ends_on = excluded.ends_on,
        starts_on = coalesce(excluded.starts_on, old.starts_on)
    WHERE (old.source_system, old.source_code, old.source_text, old.ends_on, old.starts_on)
        IS DISTINCT FROM (excluded.source_system, excluded.source_code, excluded.source_text, excluded.ends_on,
            coalesce(excluded.starts_on, old.starts_on))
    RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT coalesce(sum(rows), 0) FROM told)::int, (SELECT count(*) FROM told),
    count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM written;
