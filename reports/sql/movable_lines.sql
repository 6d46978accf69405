-- INSERT INTO reports_movableline: doctors' done work that others could have had, in at most one bucket each
-- (docs/numbers.md): back to the sender or declined; whole to others; the prepared part to others. What only a
-- doctor may do is in none. A preparation is others' as a whole; a signature is what is left when others have
-- prepared, and is nobody's but the signer's.
WITH week AS (
    SELECT * FROM unnest(
        %(mondays)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]
    ) AS week (monday, starts_at, ends_at)
),
kind AS MATERIALIZED (
    SELECT id, delegable_to, prepare_minutes, decide_minutes,
        CASE
            WHEN return_rule <> '' THEN 'returnable'
            WHEN EXISTS (SELECT FROM unnest(professions) AS who WHERE who <> 'doctor') THEN 'movable'
            WHEN cardinality(preparable_by) > 0 AND prepare_minutes > 0 THEN 'preparable'
        END AS bucket
    FROM tasks_taskkind
),
doctor AS MATERIALIZED (
    SELECT id FROM teams_member WHERE profession = 'doctor'
),
-- Kinds whose bucket follows from the catalogue alone: an index-only scan.
plain AS MATERIALIZED (
    SELECT t.clinic_id, week.monday, part.bucket, t.kind_id, t.origin, count(*) AS occasions,
        sum(t.minutes) AS doctor_minutes,
        sum(CASE WHEN part.bucket = 'preparable'
            THEN least(kind.prepare_minutes, greatest(t.minutes - kind.decide_minutes, 0)) ELSE t.minutes END)
            AS minutes
    FROM tasks_task t
    JOIN week ON t.ended_at >= week.starts_at AND t.ended_at < week.ends_at
    JOIN doctor ON doctor.id = t.done_by_id
    JOIN kind ON kind.id = t.kind_id
        AND (kind.bucket IN ('returnable', 'movable') OR t.part = 'prepare'
            OR kind.bucket = 'preparable' AND kind.delegable_to = '{}')
    CROSS JOIN LATERAL (
        SELECT CASE WHEN t.part = 'prepare' AND kind.bucket IS DISTINCT FROM 'returnable' THEN 'movable'
            ELSE kind.bucket END AS bucket
    ) part
    WHERE (t.part <> 'sign' OR kind.bucket = 'returnable') AND t.state = 'done'
        AND t.ended_at >= %(first_start_at)s AND t.ended_at < %(last_end_at)s
    GROUP BY t.clinic_id, week.monday, part.bucket, t.kind_id, t.origin
),
-- Kinds that a doctor may delegate. A delegation is personal and dated: it counts for that doctor's own list
-- patients, from the day it begins until the day it is taken back.
personal AS MATERIALIZED (
    SELECT t.clinic_id, week.monday, t.kind_id, t.origin, t.minutes, t.patient_id,
        (t.ended_at AT TIME ZONE 'Europe/Oslo')::date AS today,
        kind.bucket, kind.delegable_to, kind.prepare_minutes, kind.decide_minutes
    FROM tasks_task t
    JOIN week ON t.ended_at >= week.starts_at AND t.ended_at < week.ends_at
    JOIN kind ON kind.id = t.kind_id
        AND kind.delegable_to <> '{}' AND coalesce(kind.bucket, 'preparable') = 'preparable'
    JOIN doctor ON doctor.id = t.done_by_id
    WHERE t.part = '' AND t.state = 'done' AND t.ended_at >= %(first_start_at)s AND t.ended_at < %(last_end_at)s
),
delegable AS MATERIALIZED (
    SELECT personal.*, EXISTS (
        SELECT
        FROM patients_patient p
        JOIN tasks_delegation d ON d.doctor_id = p.list_doctor_id AND d.kind_id = personal.kind_id
        JOIN teams_member delegate ON delegate.id = d.member_id
        WHERE p.id = personal.patient_id
            AND delegate.profession = ANY(personal.delegable_to)
            AND delegate.starts_on <= personal.today
            AND (delegate.ends_on IS NULL OR delegate.ends_on >= personal.today)
            AND d.signed_at IS NOT NULL AND d.starts_on <= personal.today
            AND (d.ends_on IS NULL OR d.ends_on >= personal.today)
            AND (d.revoked_on IS NULL OR d.revoked_on > personal.today)
    ) AS delegated
    FROM personal
),
line AS (
    SELECT clinic_id, monday, bucket, kind_id, origin, occasions, doctor_minutes, minutes
    FROM plain
    UNION ALL
    SELECT clinic_id, monday, CASE WHEN delegated THEN 'movable' ELSE 'preparable' END, kind_id, origin, 1, minutes,
        CASE WHEN delegated THEN minutes ELSE least(prepare_minutes, greatest(minutes - decide_minutes, 0)) END
    FROM delegable
    WHERE delegated OR bucket = 'preparable'
)
INSERT INTO reports_movableline (
    clinic_id, report_id, bucket, kind_id, origin, occasions, doctor_minutes, minutes
)
SELECT r.clinic_id, r.id, line.bucket, line.kind_id, line.origin,
    sum(line.occasions), sum(line.doctor_minutes), sum(line.minutes)
FROM line
JOIN reports_weeklyreport r ON r.clinic_id = line.clinic_id
    AND r.year = extract(isoyear FROM line.monday) AND r.week = extract(week FROM line.monday)
WHERE r.id = ANY(%(reports)s)
GROUP BY r.clinic_id, r.id, line.bucket, line.kind_id, line.origin
