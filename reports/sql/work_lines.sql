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
)
INSERT INTO reports_workline (
    clinic_id, report_id, profession, kind_id, origin, opened, done, done_minutes, planned_minutes, logged_minutes,
    ended_undone, cancelled, returned, overdue
)
SELECT r.clinic_id, r.id, work.profession, work.kind_id, work.origin, sum(work.opened), sum(work.done),
    sum(work.done_minutes), sum(work.planned_minutes), sum(work.logged_minutes), sum(work.ended_undone),
    sum(work.cancelled), sum(work.returned), sum(work.overdue)
FROM work
JOIN week_report r ON r.clinic_id = work.clinic_id
GROUP BY r.clinic_id, r.id, work.profession, work.kind_id, work.origin
ORDER BY r.id, work.profession, work.kind_id, work.origin -- as the index that keeps each line to once
