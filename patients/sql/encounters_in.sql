WITH told AS (
    SELECT DISTINCT ON (e.source_id) coalesce(s.patient_id, e.patient_id) AS patient_id,
        e.source_id, e.act_class, e.department, e.starts_at, e.ends_at
    FROM stage_encounter e LEFT JOIN stage_person s USING (leader)
    WHERE coalesce(s.patient_id, e.patient_id) IS NOT NULL
    ORDER BY e.source_id, e.seq DESC
), written AS (
    INSERT INTO patients_encounter AS old
        (clinic_id, patient_id, source_id, act_class, department, starts_at, ends_at)
    SELECT %(clinic)s, patient_id, source_id, act_class, department, starts_at, ends_at FROM told
    ON CONFLICT (clinic_id, source_id) DO UPDATE
    SET act_class = excluded.act_class, department = excluded.department,
        starts_at = excluded.starts_at, ends_at = excluded.ends_at
    WHERE (old.act_class, old.department, old.starts_at, old.ends_at)
        IS DISTINCT FROM (excluded.act_class, excluded.department, excluded.starts_at, excluded.ends_at)
    RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT count(*) FROM stage_encounter)::int, (SELECT count(*) FROM told),
    count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM written;
