-- How much holders have of these sorts of task (holder, kind, part), by the patient's doctor and the day planned.
SELECT t.assignee_id, t.kind_id, t.part, p.list_doctor_id, t.planned_on, count(*), sum(t.planned_minutes)
FROM tasks_task t LEFT JOIN patients_patient p ON p.id = t.patient_id
JOIN unnest(%(holders)s::bigint[], %(kinds)s::bigint[], %(parts)s::text[]) AS sort (holder, kind, part)
    ON sort.holder = t.assignee_id AND sort.kind = t.kind_id AND sort.part = t.part
WHERE t.clinic_id = %(clinic)s AND t.ended_at IS NULL AND t.state = 'assigned' AND t.opens_on <= %(horizon)s
GROUP BY t.assignee_id, t.kind_id, t.part, p.list_doctor_id, t.planned_on
