-- INSERT INTO reports_capacityline: one line per profession, and per member where the clinic has switched that
-- on. Both come from the same rows, so that persons always add up to their profession.
WITH week AS (
    SELECT * FROM unnest(
        %(mondays)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]
    ) AS week (monday, starts_at, ends_at)
),
capacity AS (
    SELECT c.member_id, week.monday, sum(c.minutes) AS minutes
    FROM teams_capacity(%(days)s::date[], %(shares)s::real[]) c
    JOIN week ON c.on_day BETWEEN week.monday AND week.monday + 6
    GROUP BY c.member_id, week.monday
),
done AS (
    SELECT t.done_by_id AS member_id, week.monday, count(*) AS tasks, sum(t.minutes) AS minutes,
        coalesce(sum(t.minutes) FILTER (WHERE t.logged), 0) AS logged_minutes
    FROM tasks_task t
    JOIN week ON t.ended_at >= week.starts_at AND t.ended_at < week.ends_at
    WHERE t.state = 'done' AND t.ended_at >= %(first_start_at)s AND t.ended_at < %(last_end_at)s
    GROUP BY t.done_by_id, week.monday
),
person AS (
    SELECT r.id AS report_id, r.clinic_id, clinic.person_reports, m.id AS member_id, m.profession,
        CASE WHEN m.profession <> '' THEN coalesce(capacity.minutes, 0) ELSE 0 END AS capacity_minutes,
        coalesce(done.tasks, 0) AS done, coalesce(done.minutes, 0) AS done_minutes,
        coalesce(done.logged_minutes, 0) AS logged_minutes
    FROM reports_weeklyreport r
    JOIN teams_clinic clinic ON clinic.id = r.clinic_id
    JOIN week ON r.year = extract(isoyear FROM week.monday) AND r.week = extract(week FROM week.monday)
    JOIN teams_member m ON m.clinic_id = r.clinic_id
    LEFT JOIN capacity ON capacity.member_id = m.id AND capacity.monday = week.monday
    LEFT JOIN done ON done.member_id = m.id AND done.monday = week.monday
    WHERE r.id = ANY(%(reports)s)
        -- Whoever had a place that week, at work or not; and whoever did something all the same.
        AND (done.tasks > 0 OR (
            m.profession <> '' AND m.starts_on <= week.monday + 6 AND (m.ends_on IS NULL OR m.ends_on >= week.monday)
        ))
)
INSERT INTO reports_capacityline (
    clinic_id, report_id, profession, member_id, capacity_minutes, done, done_minutes, logged_minutes
)
SELECT clinic_id, report_id, profession, member_id,
    sum(capacity_minutes), sum(done), sum(done_minutes), sum(logged_minutes)
FROM person
GROUP BY GROUPING SETS ((clinic_id, report_id, profession), (clinic_id, report_id, profession, member_id))
HAVING grouping(member_id) = 1 OR bool_and(person_reports)
