-- Opens what was put away until now and nobody has, for all clinics. The partial index task_to_open finds it.
WITH coming AS (
    SELECT t.id FROM tasks_task t
    WHERE t.state = 'scheduled' AND t.opens_on <= %(today)s
    ORDER BY t.id FOR UPDATE
), opened AS (
    UPDATE tasks_task t SET state = 'open', version = t.version + 1
    FROM coming WHERE coming.id = t.id
    RETURNING t.clinic_id, t.id
), noted AS (
    INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, at, effective_at, reason, after)
    SELECT clinic_id, id, 'open', 'scheduled', 'open', %(now)s, %(now)s, '', '{}'
    FROM opened ORDER BY id
)
SELECT count(*) FROM opened
