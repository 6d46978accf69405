-- INSERT INTO reports_capacityline: one line per profession, and per member where the clinic has switched that
-- on. Both come from the same rows, so that persons always add up to their profession.
WITH capacity AS (
    SELECT c.member_id, sum(c.minutes) AS minutes
    FROM teams_capacity(%(days)s::date[], %(shares)s::real[]) c
    WHERE c.clinic_id = ANY(%(clinics)s)
    GROUP BY c.member_id
),
done AS (
    SELECT e.done_by_id AS member_id, sum(e.tasks) AS tasks, sum(e.minutes) AS minutes,
        coalesce(sum(e.minutes) FILTER (WHERE e.logged), 0) AS logged_minutes, sum(e.planned_minutes) AS planned_minutes,
        -- As in tasks/models/task.py, taking_time: capacity has left these out already.
        coalesce(sum(e.minutes) FILTER (WHERE e.logged AND k.by_appointment), 0) AS appointment_minutes
    FROM week_ended e
    JOIN tasks_taskkind k ON k.id = e.kind_id
    WHERE e.state = 'done'
    GROUP BY e.done_by_id
),
person AS (
    SELECT r.id AS report_id, r.clinic_id, -- A week that had no lines per person when it was closed gets none later.
        clinic.person_reports AND (r.revision = 1 OR EXISTS (
            SELECT FROM reports_weeklyreport f
            JOIN reports_capacityline l ON l.report_id = f.id AND l.member_id IS NOT NULL
            WHERE f.clinic_id = r.clinic_id AND f.year = r.year AND f.week = r.week AND f.revision = 1
        )) AS person_reports,
        m.id AS member_id, m.profession,
        CASE WHEN m.profession <> '' THEN coalesce(capacity.minutes, 0) ELSE 0 END AS capacity_minutes,
        coalesce(done.tasks, 0) AS done, coalesce(done.minutes, 0) AS done_minutes,
        coalesce(done.logged_minutes, 0) AS logged_minutes, coalesce(done.planned_minutes, 0) AS planned_minutes,
        coalesce(done.appointment_minutes, 0) AS appointment_minutes, coalesce(days.late_minutes, 0) AS late_minutes,
        coalesce(days.long_days, 0) AS long_days
    FROM week_report r
    JOIN teams_clinic clinic ON clinic.id = r.clinic_id
    JOIN teams_member m ON m.clinic_id = r.clinic_id
    LEFT JOIN capacity ON capacity.member_id = m.id
    LEFT JOIN done ON done.member_id = m.id
    LEFT JOIN week_days days ON days.member_id = m.id
    -- Whoever had a place that week, at work or not; and whoever did something all the same.
    WHERE (done.tasks > 0 OR (
            m.profession <> '' AND m.starts_on <= %(sunday)s AND (m.ends_on IS NULL OR m.ends_on >= %(monday)s)
        ))
)
INSERT INTO reports_capacityline (
    clinic_id, report_id, profession, member_id, capacity_minutes, done, done_minutes, logged_minutes,
    planned_minutes, appointment_minutes, late_minutes, long_days, people
)
SELECT clinic_id, report_id, profession, member_id, sum(capacity_minutes), sum(done), sum(done_minutes),
    sum(logged_minutes), sum(planned_minutes), sum(appointment_minutes), sum(late_minutes), sum(long_days),
    count(*)
FROM person
GROUP BY GROUPING SETS ((clinic_id, report_id, profession), (clinic_id, report_id, profession, member_id))
HAVING grouping(member_id) = 1 OR bool_and(person_reports)
