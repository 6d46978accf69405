-- By holder and day: how much is of these sorts, that the holder may not do.
SELECT t.assignee_id, t.planned_on, count(*), sum(t.planned_minutes)
FROM tasks_task t LEFT JOIN patients_patient p ON p.id = t.patient_id
JOIN unnest(%(holders)s::bigint[], %(kinds)s::bigint[], %(parts)s::text[], %(doctors)s::bigint[], %(forbidden)s::bool[])
    AS sort (holder, kind, part, doctor, forbidden)
    ON sort.holder = t.assignee_id AND sort.kind = t.kind_id AND sort.part = t.part
    AND sort.doctor IS NOT DISTINCT FROM p.list_doctor_id AND sort.forbidden = (t.assignee_id = ANY(t.forbidden))
WHERE t.clinic_id = %(clinic)s AND t.ended_at IS NULL AND t.state = 'assigned' AND t.opens_on <= %(horizon)s
GROUP BY t.assignee_id, t.planned_on
