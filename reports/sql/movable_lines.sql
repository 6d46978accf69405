-- INSERT INTO reports_movableline: doctors' done work that others could have had, in at most one bucket each
-- (docs/numbers.md): back to the sender or declined; whole to others; the prepared part to others. What only a
-- doctor may do is in none; what only lacks a delegation has a bucket without minutes. A preparation is others' as a
-- whole; a signature is what is left when others have prepared, and is nobody's but the signer's.
WITH kind AS MATERIALIZED (
    SELECT id, professions, delegable_to, preparable_by,
        CASE
            WHEN return_rule <> '' THEN 'returnable'
            WHEN NOT professions <@ '{doctor}' THEN 'movable'
            WHEN cardinality(preparable_by) > 0 AND prepare_minutes > 0 THEN 'preparable'
        END AS bucket
    FROM tasks_taskkind
),
-- Kinds whose bucket follows from the catalogue alone.
plain AS (
    SELECT e.clinic_id, part.bucket, e.kind_id, e.origin, e.tasks AS occasions, e.minutes AS doctor_minutes,
        CASE WHEN part.bucket = 'preparable' THEN e.above ELSE e.minutes END AS minutes, 0 AS if_delegated, 0 AS instead,
        e.part = 'prepare' AND part.bucket = 'movable' AND kind.professions <@ '{doctor}' AS preparation
    FROM week_ended e
    JOIN teams_member doctor ON doctor.id = e.done_by_id AND doctor.profession = 'doctor'
    JOIN kind ON kind.id = e.kind_id
        AND (kind.bucket IN ('returnable', 'movable') OR e.part = 'prepare'
            OR kind.bucket = 'preparable' AND kind.delegable_to = '{}')
    CROSS JOIN LATERAL (
        SELECT CASE WHEN e.part = 'prepare' AND kind.bucket IS DISTINCT FROM 'returnable' THEN 'movable'
            ELSE kind.bucket END AS bucket
    ) part
    WHERE (e.part <> 'sign' OR kind.bucket = 'returnable') AND e.state = 'done'
),
-- Kinds that a doctor may delegate, and had delegated that day or had not.
delegable AS (
    SELECT d.clinic_id, part.bucket, d.kind_id, d.origin, d.tasks, d.minutes,
        CASE part.bucket WHEN 'movable' THEN d.minutes WHEN 'preparable' THEN d.above ELSE 0 END,
        CASE WHEN d.on_a_list AND NOT d.delegated THEN d.minutes ELSE 0 END,
        CASE WHEN d.on_a_list AND NOT d.delegated AND part.bucket = 'preparable' THEN d.above ELSE 0 END,
        false
    FROM week_delegable d
    JOIN kind ON kind.id = d.kind_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN d.delegated THEN 'movable' ELSE coalesce(kind.bucket, 'delegable') END AS bucket
    ) part
    WHERE part.bucket <> 'delegable' OR d.on_a_list
),
line AS MATERIALIZED ( -- summed before each learns who can take it
    SELECT clinic_id, bucket, kind_id, origin, sum(occasions) AS occasions, sum(doctor_minutes) AS doctor_minutes,
        sum(minutes) AS minutes, sum(if_delegated) AS if_delegated, sum(instead) AS instead,
        bool_and(preparation) AS preparation
    FROM (SELECT * FROM plain UNION ALL SELECT * FROM delegable) either
    GROUP BY clinic_id, bucket, kind_id, origin
)
INSERT INTO reports_movableline (
    clinic_id, report_id, bucket, kind_id, origin, occasions, doctor_minutes, minutes, if_delegated, instead,
    estimate, measured, takers
)
SELECT r.clinic_id, r.id, line.bucket, line.kind_id, line.origin, line.occasions, line.doctor_minutes,
    line.minutes, line.if_delegated, line.instead,
    CASE WHEN line.bucket = 'preparable' THEN coalesce(prepared.minutes, 0) ELSE 0 END,
    CASE WHEN line.bucket = 'preparable' THEN coalesce(prepared.measured, 0) ELSE 0 END,
    CASE
        WHEN line.bucket = 'returnable' THEN '{}'
        WHEN line.bucket = 'preparable' THEN kind.preparable_by
        WHEN line.bucket = 'delegable' THEN kind.delegable_to
        WHEN NOT kind.professions <@ '{doctor}' THEN array_remove(kind.professions, 'doctor')
        WHEN kind.delegable_to <> '{}' AND NOT line.preparation THEN kind.delegable_to
        ELSE kind.preparable_by
    END
FROM line
JOIN kind ON kind.id = line.kind_id
JOIN week_report r ON r.clinic_id = line.clinic_id
LEFT JOIN week_prepared prepared ON prepared.clinic_id = line.clinic_id AND prepared.kind_id = line.kind_id
ORDER BY r.id, line.bucket, line.kind_id, line.origin
