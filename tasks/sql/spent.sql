-- Minutes of a day that are no longer free, by member: what was done that day took (Task.objects.taking_time), and what
-- is begun will take.
SELECT member_id, sum(minutes)::int FROM (
    SELECT t.done_by_id AS member_id, t.minutes FROM tasks_task t JOIN tasks_taskkind k ON k.id = t.kind_id
    WHERE NOT (t.logged AND k.by_appointment) AND t.state = 'done' AND t.ended_at >= %(starts)s AND t.ended_at < %(ends)s AND t.clinic_id = ANY(%(clinics)s)
    UNION ALL
    SELECT t.assignee_id, t.planned_minutes FROM tasks_task t
    WHERE t.ended_at IS NULL AND t.state = 'started' AND t.clinic_id = ANY(%(clinics)s)
) spent GROUP BY member_id
