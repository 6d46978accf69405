-- Of each absence of whole days in a clinic that is not over: how many open tasks that the one who is away holds lie on
-- its days from today on (what is planned and late lies on the working day at hand), or have no day and are hard or due by
-- the last one. tasks/uncovering.py says the same of one absence.
SELECT a.id, count(*)::int
FROM teams_absence a
JOIN tasks_task t ON t.assignee_id = a.member_id AND t.clinic_id = a.clinic_id AND t.ended_at IS NULL
WHERE a.clinic_id = %(clinic)s AND a.ends_on >= %(today)s AND a.part = 'whole'
    AND CASE WHEN t.planned_on IS NULL THEN t.hard OR t.due_on <= a.ends_on
        ELSE greatest(t.planned_on, %(at_hand)s) BETWEEN greatest(a.starts_on, %(at_hand)s) AND a.ends_on END
GROUP BY a.id
