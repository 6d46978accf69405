-- What each kind of work (and part of it) has taken lately, for all clinics: each member's own median, and their
-- profession's in the clinic. Only where there are enough occasions to say. What was logged after the fact often gathers
-- several pieces of work, so it is a part of its own ('log'). Rows that say the same stay untouched.
WITH done AS (
    SELECT t.clinic_id, t.kind_id, CASE WHEN t.logged THEN 'log' ELSE t.part END AS part, t.done_by_id, m.profession,
           t.minutes
    FROM tasks_task t JOIN teams_member m ON m.id = t.done_by_id
    WHERE t.state = 'done' AND t.ended_at >= %(since)s AND t.ended_at < %(until)s AND m.profession <> ''
), median AS (
    SELECT clinic_id, kind_id, part, profession, done_by_id AS member_id,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS minutes, count(*) AS occasions
    FROM done
    GROUP BY GROUPING SETS ((clinic_id, kind_id, part, profession), (clinic_id, kind_id, part, profession, done_by_id))
    HAVING count(*) >= %(enough)s
), gone AS (
    DELETE FROM tasks_usualminutes u
    WHERE NOT EXISTS (
        SELECT FROM median m
        WHERE (m.clinic_id, m.kind_id, m.part, m.profession) = (u.clinic_id, u.kind_id, u.part, u.profession)
          AND m.member_id IS NOT DISTINCT FROM u.member_id
    )
), made AS (
    INSERT INTO tasks_usualminutes AS u (clinic_id, kind_id, part, profession, member_id, minutes, occasions)
    SELECT clinic_id, kind_id, part, profession, member_id, greatest(1, round(minutes))::int, occasions FROM median
    ON CONFLICT (clinic_id, kind_id, part, profession, member_id)
        DO UPDATE SET minutes = excluded.minutes, occasions = excluded.occasions
        WHERE (u.minutes, u.occasions) IS DISTINCT FROM (excluded.minutes, excluded.occasions)
    RETURNING 1
)
SELECT count(*) FROM made
