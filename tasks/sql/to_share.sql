-- What there is to share out in these clinics: tasks nobody has begun, whose window opens before the horizon ends,
-- what comes as well. One row a task, clinic by clinic. `after_id` only as long as the preparation is to be done; a
-- signature whose preparation comes later than the horizon waits for it.
SELECT t.clinic_id, t.id, t.version, t.kind_id, t.planned_minutes, t.opens_on, t.due_on, t.closes_on, t.hard,
       t.assignee_id, t.planned_on, t.pinned, t.pinned_day, t.forbidden,
       coalesce(t.why ->> 'rule', '') AS rule, coalesce(t.why ->> 'obstacle', '') AS obstacle,
       t.patient_id, p.list_doctor_id, p.usual_nurse_id, t.part, preparation.id AS after_id
FROM tasks_task t
LEFT JOIN patients_patient p ON p.id = t.patient_id
LEFT JOIN tasks_task preparation
    ON preparation.id = t.after_id AND preparation.state IN ('scheduled', 'open', 'assigned')
WHERE t.ended_at IS NULL AND t.state IN ('scheduled', 'open', 'assigned') AND t.opens_on <= %(horizon)s
  AND t.clinic_id = ANY(%(clinics)s) AND (preparation.id IS NULL OR preparation.opens_on <= %(horizon)s)
ORDER BY t.clinic_id, t.id
