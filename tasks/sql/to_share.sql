-- What there is to share out in these clinics: open tasks nobody has begun, whose window opens before the
-- horizon ends. One row a task, clinic by clinic.
SELECT t.clinic_id, t.id, t.version, t.kind_id, t.planned_minutes, t.opens_on, t.due_on, t.closes_on, t.hard,
       t.assignee_id, t.planned_on, t.pinned, t.pinned_day, t.forbidden,
       coalesce(t.why ->> 'rule', '') AS rule, coalesce(t.why ->> 'obstacle', '') AS obstacle,
       t.patient_id, p.list_doctor_id, p.usual_nurse_id
FROM tasks_task t LEFT JOIN patients_patient p ON p.id = t.patient_id
WHERE t.ended_at IS NULL AND t.state IN ('open', 'assigned') AND t.opens_on <= %(horizon)s
  AND t.clinic_id = ANY(%(clinics)s)
ORDER BY t.clinic_id, t.id
