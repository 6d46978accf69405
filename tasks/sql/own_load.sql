-- One member's working day: minutes booked on it, and what is done today (how many, minutes, minutes of the time for tasks:
-- Task.objects.taking_time).
SELECT
    (SELECT coalesce(sum(t.planned_minutes), 0) FROM tasks_task t
     WHERE t.clinic_id = %(clinic)s AND t.assignee_id = %(member)s AND t.ended_at IS NULL
        AND (t.planned_on <= %(day)s
            OR (t.planned_on IS NULL AND t.due_on <= %(day)s AND t.opens_on <= %(day)s))),
    count(*), coalesce(sum(d.minutes), 0),
    coalesce(sum(d.minutes) FILTER (WHERE NOT (d.logged AND k.by_appointment)), 0)
FROM tasks_task d JOIN tasks_taskkind k ON k.id = d.kind_id
WHERE d.clinic_id = %(clinic)s AND d.done_by_id = %(member)s
    AND d.ended_at >= %(starts)s AND d.ended_at < %(ends)s
