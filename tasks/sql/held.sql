-- What holders have in front of them, added up twice in one reading: by what decides whether they may (kind, part, the
-- patient's doctor, ruled out), and by the day planned. A row of the second kind has `by_day`.
SELECT t.assignee_id, t.kind_id, t.part, p.list_doctor_id, t.assignee_id = ANY(t.forbidden) AS forbidden, t.planned_on,
       grouping(t.kind_id) = 1 AS by_day, count(*), sum(t.planned_minutes)
FROM tasks_task t LEFT JOIN patients_patient p ON p.id = t.patient_id
WHERE t.clinic_id = %(clinic)s AND t.ended_at IS NULL AND t.state = 'assigned' AND t.opens_on <= %(horizon)s
GROUP BY GROUPING SETS (
    (t.assignee_id, t.kind_id, t.part, p.list_doctor_id, t.assignee_id = ANY(t.forbidden)), (t.assignee_id, t.planned_on)
)
