-- INSERT INTO reports_weeklyreport: the header of each clinic's week, and its first edition or the next one. Weeks
-- without any work get a row too. The rows made are returned, and only they get lines.
WITH overdue AS (
    SELECT clinic_id, sum(overdue) AS tasks, sum(overdue_7_days) AS tasks_7_days,
        sum(overdue_14_days) AS tasks_14_days, sum(overdue_28_days) AS tasks_28_days
    FROM week_open
    GROUP BY clinic_id
),
overruled AS (
    -- Tasks that a leader took into their own hands: pinned, ruled somebody out, gave on what a colleague had.
    SELECT o.clinic_id, count(*) AS times
    FROM (
        SELECT e.clinic_id
        FROM tasks_taskevent e LEFT JOIN teams_member m ON m.id = e.by_id
        WHERE e.verb IN ('pin', 'forbid', 'hand_on') AND e.at >= %(starts)s AND e.at < %(ends)s
            AND (e.verb <> 'hand_on' OR (m.access = 'leader' AND e.from_member_id <> e.by_id))
        UNION ALL
        SELECT r.clinic_id FROM tasks_allocationrun r WHERE r.undone_at >= %(starts)s AND r.undone_at < %(ends)s
    ) o
    GROUP BY o.clinic_id
)
INSERT INTO reports_weeklyreport (
    clinic_id, year, week, revision, closed_at, followups_due, followups_in_time, overdue, overdue_7_days,
    overdue_14_days, overdue_28_days, hard_due, hard_missed, met_before, met_same, overrides
)
SELECT c.id, %(year)s, %(week)s,
    1 + coalesce((
        SELECT max(r.revision) FROM reports_weeklyreport r
        WHERE r.clinic_id = c.id AND r.year = %(year)s AND r.week = %(week)s
    ), 0),
    %(known)s, coalesce(due.followups, 0), coalesce(due.followups_in_time, 0), coalesce(overdue.tasks, 0),
    coalesce(overdue.tasks_7_days, 0), coalesce(overdue.tasks_14_days, 0), coalesce(overdue.tasks_28_days, 0),
    coalesce(due.hard, 0), coalesce(due.hard_missed, 0), coalesce(met.before, 0), coalesce(met.same, 0),
    coalesce(overruled.times, 0)
FROM teams_clinic c
LEFT JOIN overdue ON overdue.clinic_id = c.id
LEFT JOIN week_due due ON due.clinic_id = c.id
LEFT JOIN week_met met ON met.clinic_id = c.id
LEFT JOIN overruled ON overruled.clinic_id = c.id
WHERE c.id = ANY(%(clinics)s)
ORDER BY c.id
RETURNING id
