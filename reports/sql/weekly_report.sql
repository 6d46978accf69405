-- INSERT INTO reports_weeklyreport: the header of each clinic's week. Whatever was there already stays; the
-- rows made are returned, and only they get lines. Weeks without any work get a row too.
WITH week AS (
    SELECT * FROM unnest(
        %(mondays)s::date[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]
    ) AS week (monday, starts_at, ends_at)
),
-- The two halves of "not ended when the week ended" apart, each with its own index (one OR scans it all).
late AS (
    SELECT t.clinic_id, t.due_on, t.opened_at, t.ended_at
    FROM tasks_task t
    WHERE t.ended_at IS NULL AND t.due_on < %(last_end)s::date AND t.opened_at < %(last_end_at)s
    UNION ALL
    SELECT t.clinic_id, t.due_on, t.opened_at, t.ended_at
    FROM tasks_task t
    WHERE t.ended_at >= %(first_end_at)s AND t.due_on < %(last_end)s::date AND t.opened_at < %(last_end_at)s
),
overdue AS (
    SELECT late.clinic_id, week.monday,
        count(*) AS tasks, count(*) FILTER (WHERE late.due_on < week.monday - 8) AS tasks_14_days
    FROM late
    JOIN week ON late.due_on <= week.monday + 6 AND late.opened_at < week.ends_at
        AND (late.ended_at IS NULL OR late.ended_at >= week.ends_at)
    GROUP BY late.clinic_id, week.monday
),
followup AS (
    SELECT t.clinic_id, week.monday, count(*) AS due,
        count(*) FILTER (
            WHERE t.state = 'done' AND (t.ended_at AT TIME ZONE 'Europe/Oslo')::date <= t.due_on
        ) AS in_time
    FROM tasks_task t
    JOIN week ON t.due_on BETWEEN week.monday AND week.monday + 6 AND t.opened_at < week.ends_at
        -- Called off before the week was over: no longer due to anybody. Expired ones stay: they were missed.
        AND NOT (t.state IN ('cancelled', 'returned') AND t.ended_at < week.ends_at)
    WHERE t.plan_step_id IS NOT NULL AND t.due_on >= %(first_monday)s AND t.due_on < %(last_end)s::date
    GROUP BY t.clinic_id, week.monday
),
overruled AS (
    -- Tasks that a leader took into their own hands: pinned, ruled somebody out, gave on what a colleague had.
    SELECT e.clinic_id, e.at
    FROM tasks_taskevent e LEFT JOIN teams_member m ON m.id = e.by_id
    WHERE e.verb IN ('pin', 'forbid', 'hand_on') AND e.at >= %(first_start_at)s AND e.at < %(last_end_at)s
        AND (e.verb <> 'hand_on' OR (m.access = 'leader' AND e.from_member_id <> e.by_id))
    UNION ALL
    SELECT r.clinic_id, r.undone_at FROM tasks_allocationrun r
    WHERE r.undone_at >= %(first_start_at)s AND r.undone_at < %(last_end_at)s
),
override AS (
    SELECT o.clinic_id, week.monday, count(*) AS times
    FROM overruled o JOIN week ON o.at >= week.starts_at AND o.at < week.ends_at
    GROUP BY o.clinic_id, week.monday
)
INSERT INTO reports_weeklyreport (
    clinic_id, year, week, revision, closed_at, followups_due, followups_in_time, overdue, overdue_14_days, overrides
)
SELECT c.id, extract(isoyear FROM week.monday), extract(week FROM week.monday), 1, %(now)s,
    coalesce(followup.due, 0), coalesce(followup.in_time, 0),
    coalesce(overdue.tasks, 0), coalesce(overdue.tasks_14_days, 0), coalesce(override.times, 0)
FROM week
JOIN teams_clinic c ON c.started_on <= week.monday + 6
LEFT JOIN overdue ON overdue.clinic_id = c.id AND overdue.monday = week.monday
LEFT JOIN followup ON followup.clinic_id = c.id AND followup.monday = week.monday
LEFT JOIN override ON override.clinic_id = c.id AND override.monday = week.monday
ORDER BY week.monday, c.id
ON CONFLICT (clinic_id, year, week, revision) DO NOTHING
RETURNING id
