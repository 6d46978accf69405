-- INSERT INTO reports_workline: what was opened, done, ended otherwise and left overdue, by kind and origin.
-- Done work carries the doer's profession; the rest is nobody's and carries none.
WITH week AS (
    SELECT * FROM unnest(
        %(mondays)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]
    ) AS week (monday, starts_at, ends_at)
),
-- The two halves of "not ended when the week ended" apart, each with its own index (one OR scans it all).
late AS (
    SELECT t.clinic_id, t.kind_id, t.origin, t.due_on, t.opened_at, t.ended_at
    FROM tasks_task t
    WHERE t.ended_at IS NULL AND t.due_on < %(last_end)s::date AND t.opened_at < %(last_end_at)s
    UNION ALL
    SELECT t.clinic_id, t.kind_id, t.origin, t.due_on, t.opened_at, t.ended_at
    FROM tasks_task t
    WHERE t.ended_at >= %(first_end_at)s AND t.due_on < %(last_end)s::date AND t.opened_at < %(last_end_at)s
),
work AS (
    SELECT t.clinic_id, week.monday, '' AS profession, t.kind_id, t.origin,
        count(*) AS opened, 0 AS done, 0 AS done_minutes, 0 AS ended_undone,
        0 AS returned, 0 AS overdue
    FROM tasks_task t
    JOIN week ON t.opened_at >= week.starts_at AND t.opened_at < week.ends_at
    WHERE t.opened_at >= %(first_start_at)s AND t.opened_at < %(last_end_at)s
    GROUP BY t.clinic_id, week.monday, t.kind_id, t.origin
    UNION ALL
    SELECT t.clinic_id, week.monday, coalesce(m.profession, ''), t.kind_id, t.origin,
        0, count(*) FILTER (WHERE t.state = 'done'), coalesce(sum(t.minutes), 0),
        count(*) FILTER (WHERE t.state <> 'done'), count(*) FILTER (WHERE t.state = 'returned'), 0
    FROM tasks_task t
    JOIN week ON t.ended_at >= week.starts_at AND t.ended_at < week.ends_at
    LEFT JOIN teams_member m ON m.id = t.done_by_id
    WHERE t.ended_at >= %(first_start_at)s AND t.ended_at < %(last_end_at)s
    GROUP BY t.clinic_id, week.monday, coalesce(m.profession, ''), t.kind_id, t.origin
    UNION ALL
    SELECT late.clinic_id, week.monday, '', late.kind_id, late.origin, 0, 0, 0, 0, 0, count(*)
    FROM late
    JOIN week ON late.due_on <= week.monday + 6 AND late.opened_at < week.ends_at
        AND (late.ended_at IS NULL OR late.ended_at >= week.ends_at)
    GROUP BY late.clinic_id, week.monday, late.kind_id, late.origin
)
INSERT INTO reports_workline (
    clinic_id, report_id, profession, kind_id, origin, opened, done, done_minutes, ended_undone, returned, overdue
)
SELECT r.clinic_id, r.id, work.profession, work.kind_id, work.origin,
    sum(work.opened), sum(work.done), sum(work.done_minutes), sum(work.ended_undone), sum(work.returned), sum(work.overdue)
FROM work
JOIN reports_weeklyreport r ON r.clinic_id = work.clinic_id
    AND r.year = extract(isoyear FROM work.monday) AND r.week = extract(week FROM work.monday)
WHERE r.id = ANY(%(reports)s)
GROUP BY r.clinic_id, r.id, work.profession, work.kind_id, work.origin
