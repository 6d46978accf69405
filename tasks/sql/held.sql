-- What holders have in front of them, added up twice in one reading, of the index alone (task_worklist): by kind and
-- part, and by the day planned. A row of the second sort has `by_day`.
SELECT t.assignee_id, t.kind_id, t.part, t.planned_on, grouping(t.kind_id) = 1 AS by_day,
       count(*), sum(t.planned_minutes)
FROM tasks_task t
WHERE t.clinic_id = %(clinic)s AND t.ended_at IS NULL AND t.state = 'assigned' AND t.opens_on <= %(horizon)s
GROUP BY GROUPING SETS ((t.assignee_id, t.kind_id, t.part), (t.assignee_id, t.planned_on))
