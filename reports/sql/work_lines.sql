-- INSERT INTO reports_workline: what was opened, done, ended otherwise and left overdue, by kind and origin.
-- Done work carries the doer's profession; the rest is nobody's and carries none.
WITH work AS (
    SELECT clinic_id, '' AS profession, kind_id, origin, opened, 0 AS done, 0 AS done_minutes, 0 AS planned_minutes,
        0 AS logged_minutes, 0 AS ended_undone, 0 AS cancelled, 0 AS returned, overdue
    FROM week_open
    UNION ALL
    SELECT e.clinic_id, coalesce(m.profession, ''), e.kind_id, e.origin, 0,
        CASE WHEN e.state = 'done' THEN e.tasks ELSE 0 END, e.minutes, e.planned_minutes,
        CASE WHEN e.logged THEN e.minutes ELSE 0 END,
        CASE WHEN e.state <> 'done' THEN e.tasks ELSE 0 END,
        CASE WHEN e.state = 'cancelled' THEN e.tasks ELSE 0 END,
        CASE WHEN e.state = 'returned' THEN e.tasks ELSE 0 END, 0
    FROM week_ended e
    LEFT JOIN teams_member m ON m.id = e.done_by_id
),
line AS MATERIALIZED ( -- summed before it is sorted
    SELECT clinic_id, profession, kind_id, origin, sum(opened) AS opened, sum(done) AS done,
        sum(done_minutes) AS done_minutes, sum(planned_minutes) AS planned_minutes, sum(logged_minutes) AS logged_minutes,
        sum(ended_undone) AS ended_undone, sum(cancelled) AS cancelled, sum(returned) AS returned, sum(overdue) AS overdue
    FROM work
    GROUP BY clinic_id, profession, kind_id, origin
)
INSERT INTO reports_workline (
    clinic_id, report_id, profession, kind_id, origin, opened, done, done_minutes, planned_minutes, logged_minutes,
    ended_undone, cancelled, returned, overdue
)
SELECT r.clinic_id, r.id, line.profession, line.kind_id, line.origin, line.opened, line.done, line.done_minutes,
    line.planned_minutes, line.logged_minutes, line.ended_undone, line.cancelled, line.returned, line.overdue
FROM line
JOIN week_report r ON r.clinic_id = line.clinic_id
ORDER BY r.id, line.profession, line.kind_id, line.origin -- as the index that keeps each line to once
