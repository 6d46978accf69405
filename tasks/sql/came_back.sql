-- Absences of a clinic that end today or ended lately (of one member, or null for all), with how much of what went to
-- others because of them can be had back: open, not begun, not pinned, with somebody else or nobody. What the member
-- may do is looked at on the page itself. tasks/queries/absence.py says the same of one absence.
SELECT a.id, a.member_id, m.name, a.ends_on, count(*), sum(t.planned_minutes)
FROM teams_absence a
JOIN teams_member m ON m.id = a.member_id AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
CROSS JOIN LATERAL (
    SELECT DISTINCT c.task_id
    FROM tasks_allocationrun r
    JOIN tasks_allocationchange c ON c.run_id = r.id
    WHERE r.clinic_id = a.clinic_id AND r.state = 'applied' AND c.applied AND c.from_member_id = a.member_id
        AND c.to_member_id IS DISTINCT FROM a.member_id
        AND r.ran_at >= %(since)s::date - 60
        AND (r.absence_id = a.id OR (
            a.part = 'whole' AND c.from_day BETWEEN a.starts_on AND a.ends_on
                + CASE WHEN (a.at AT TIME ZONE 'Europe/Oslo')::date > a.starts_on THEN 31 ELSE 0 END
            AND r.ran_at >= least(a.registered_at, a.starts_on::timestamp AT TIME ZONE 'Europe/Oslo')))
) moved
JOIN tasks_task t ON t.id = moved.task_id
WHERE a.clinic_id = %(clinic)s AND a.ends_on BETWEEN %(since)s AND %(today)s
    AND (%(member)s::bigint IS NULL OR a.member_id = %(member)s)
    AND t.state IN ('scheduled', 'open', 'assigned') AND NOT t.pinned
    AND NOT a.member_id = ANY(t.forbidden) AND t.assignee_id IS DISTINCT FROM a.member_id
GROUP BY a.id, a.member_id, m.name, a.ends_on
ORDER BY a.ends_on, m.name, a.id
