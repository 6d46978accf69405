-- Puts down that tonight's sharing out of these clinics begins, before anything can go wrong. A run that was
-- begun and never ended (its worker was killed) is begun again; which of a batch the worker was at is not known,
-- so its next attempt is counted when it is made. `attempts`: how many were made before this call.
WITH again AS (
    UPDATE tasks_allocationrun r SET ran_at = %(now)s, first_day = %(first_day)s
    WHERE r.clinic_id = ANY(%(clinics)s) AND r.cause = %(cause)s AND r.state = 'running' AND r.asked_by_id IS NULL
    RETURNING r.clinic_id, r.id, r.attempts
), begun AS (
    INSERT INTO tasks_allocationrun (clinic_id, state, cause, calm, ran_at, first_day, placed, unplaced, moved, levels,
                                     stopped_early, reference, loads, "left", attempts)
    SELECT c, 'running', %(cause)s, false, %(now)s, %(first_day)s, 0, 0, 0, '[]', false, '', '{}', '[]', 1
    FROM unnest(%(clinics)s::bigint[]) c WHERE c NOT IN (SELECT clinic_id FROM again)
    RETURNING clinic_id, id
)
SELECT clinic_id, id, attempts FROM again UNION ALL SELECT clinic_id, id, 0 FROM begun
