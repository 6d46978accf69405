-- Drugs in use come in; what has ended is not brought in.
WITH told AS (
    SELECT coalesce(s.patient_id, m.patient_id) AS patient_id, m.source_code, m.starts_on,
        (array_agg(m.source_system ORDER BY m.seq DESC))[1] AS source_system,
        (array_agg(m.text ORDER BY m.seq DESC))[1] AS text, max(m.ends_on) AS ends_on, count(*) AS rows
    FROM stage_medication m LEFT JOIN stage_person s USING (leader)
    WHERE m.in_use AND coalesce(s.patient_id, m.patient_id) IS NOT NULL
    GROUP BY 1, 2, 3
), written AS (
    INSERT INTO patients_medication AS old
        (clinic_id, patient_id, source_system, source_code, text, starts_on, ends_on)
    SELECT %(clinic)s, patient_id, source_system, source_code, text, starts_on, ends_on FROM told
    ON CONFLICT ON CONSTRAINT medication_once_per_start DO UPDATE
    SET source_system = excluded.source_system, text = excluded.text, ends_on = excluded.ends_on
    WHERE (old.source_system, old.text, old.ends_on)
        IS DISTINCT FROM (excluded.source_system, excluded.text, excluded.ends_on)
    RETURNING (xmax = 0) AS fresh
)
SELECT (SELECT coalesce(sum(rows), 0) FROM told)::int, (SELECT count(*) FROM told),
    count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM written;
