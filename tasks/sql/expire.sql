-- Ends what nobody has begun and whose window has closed, for all clinics: never a hard deadline, which stays until a
-- person has dealt with it. Of a pair, both halves or none: what is begun or prepared already is not given up.
-- Gives the plan steps whose next occasion is to be set (tasks/actions/nightly.py).
WITH missed AS (
    SELECT t.id, t.state FROM tasks_task t
    WHERE t.ended_at IS NULL AND NOT t.hard AND t.closes_on < %(today)s AND t.state IN ('scheduled', 'open', 'assigned')
      AND NOT EXISTS (
          SELECT FROM tasks_task p WHERE p.id = t.after_id
          AND (p.state IN ('started', 'done') OR p.ended_at IS NULL AND (p.closes_on >= %(today)s) IS NOT FALSE)
      )
      AND NOT (t.part = 'prepare' AND EXISTS (
          SELECT FROM tasks_task s WHERE s.after_id = t.id AND s.ended_at IS NULL
          AND (s.state = 'started' OR (s.closes_on >= %(today)s) IS NOT FALSE)
      ))
    ORDER BY t.id FOR UPDATE OF t
), expired AS (
    UPDATE tasks_task t SET state = 'expired', closing = 'expired', ended_at = %(now)s, version = t.version + 1
    FROM missed
    WHERE missed.id = t.id
    RETURNING t.clinic_id, t.id, missed.state AS from_state, t.assignee_id, t.plan_step_id
), noted AS (
    INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, from_member_id, to_member_id,
                                 at, effective_at, reason, after)
    SELECT clinic_id, id, 'expire', from_state, 'expired', assignee_id, assignee_id, %(now)s, %(now)s, '',
           jsonb_build_object('closing', 'expired')
    FROM expired ORDER BY id
)
SELECT plan_step_id FROM expired WHERE plan_step_id IS NOT NULL
