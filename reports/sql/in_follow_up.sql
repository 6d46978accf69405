-- By clinic: patients in follow-up (living, with an active plan), and those of them who have had a yearly check-up in the
-- last twelve months. As it stands now.
SELECT f.clinic_id, count(*), count(*) FILTER (WHERE EXISTS (
    SELECT FROM tasks_task t
    JOIN tasks_taskkind k ON k.id = t.kind_id AND k.slug = 'arskontroll'
    WHERE t.patient_id = f.patient_id AND t.ended_at >= %(since)s AND t.state = 'done'
        AND t.part <> 'prepare' -- prepared is not reviewed
))
FROM (SELECT DISTINCT clinic_id, patient_id FROM tasks_followupplan WHERE state = 'active') f
GROUP BY f.clinic_id
