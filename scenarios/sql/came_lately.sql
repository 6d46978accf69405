-- What arrived in some weeks and no plan asked for: done, or still open. What ended undone took nobody's time, and what
-- went by the appointment book took none of the time for tasks. A preparation is follow-up when what it prepares is.
-- What was told of afterwards was done there and then: due the day it came.
SELECT coalesce(t.after_id, t.id) AS root, t.id, t.after_id, t.kind_id, t.part, came.on_day,
       CASE WHEN t.logged THEN 0 ELSE t.due_on - came.on_day END AS due, t.closes_on - came.on_day AS closes, t.hard,
       coalesce(t.minutes, t.planned_minutes) AS minutes, t.patient_id, p.list_doctor_id, p.usual_nurse_id
FROM tasks_task t
JOIN tasks_taskkind k ON k.id = t.kind_id
LEFT JOIN patients_patient p ON p.id = t.patient_id
CROSS JOIN LATERAL (SELECT (t.opened_at AT TIME ZONE 'Europe/Oslo')::date AS on_day) came
WHERE t.clinic_id = %(clinic)s AND t.opened_at >= %(since)s AND t.opened_at < %(until)s
  AND (t.ended_at IS NULL OR t.state = 'done')
  AND t.plan_step_id IS NULL AND t.leads_to_id IS NULL AND NOT (t.logged AND k.by_appointment)
  AND NOT EXISTS (SELECT FROM tasks_task s WHERE s.after_id = t.id AND s.plan_step_id IS NOT NULL)
ORDER BY t.id
