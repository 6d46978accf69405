-- What there is to share out in these clinics: tasks nobody has begun, whose window opens before the horizon ends,
-- what comes as well. Whom the patient has blocked is ruled out as if a leader had. One row a task, clinic by clinic. `after_id` only as long as the preparation is to be done; a
-- signature whose preparation comes later than the horizon waits for it.
SELECT t.clinic_id, t.id, t.version, t.kind_id, t.planned_minutes, t.opens_on, t.due_on, t.closes_on, t.hard,
       t.assignee_id, t.planned_on, t.pinned, t.pinned_day,
       CASE WHEN blocked.members IS NULL THEN t.forbidden ELSE t.forbidden || blocked.members END AS forbidden,
       coalesce(t.why ->> 'rule', '') AS rule, coalesce(t.why ->> 'obstacle', '') AS obstacle,
       t.patient_id, p.list_doctor_id, p.usual_nurse_id, t.part, preparation.id AS after_id
FROM tasks_task t
LEFT JOIN (
    SELECT b.patient_id, array_agg(DISTINCT m.id ORDER BY m.id) AS members
    FROM patients_block b JOIN teams_member m ON m.clinic_id = b.clinic_id AND (m.id = ANY(b.members)) <> b.all_but
    WHERE b.clinic_id = ANY(%(clinics)s) AND (b.ends_at IS NULL OR b.ends_at > clock_timestamp())
    GROUP BY b.patient_id
) blocked ON blocked.patient_id = t.patient_id
LEFT JOIN patients_patient p ON p.id = t.patient_id
LEFT JOIN tasks_task preparation
    ON preparation.id = t.after_id AND preparation.state IN ('scheduled', 'open', 'assigned')
WHERE t.ended_at IS NULL AND t.state IN ('scheduled', 'open', 'assigned') AND t.opens_on <= %(horizon)s
  AND t.clinic_id = ANY(%(clinics)s) AND (preparation.id IS NULL OR preparation.opens_on <= %(horizon)s)
ORDER BY t.clinic_id, t.id
