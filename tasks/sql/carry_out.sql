-- Carries out the changes of these runs, or takes them back (back). Tasks that have changed since (version), or
-- that somebody has begun or ended, are left as they are. `only` names the tasks it is about, null all of them;
-- `placed` one that was asked to be put in. A pin holds only as long as nobody but its holder gets the task. What is
-- nobody's and cannot be done yet is scheduled.
WITH wanted AS (
    SELECT c.id AS change_id, c.task_id,
           CASE WHEN %(back)s THEN c.version + 1 ELSE c.version END AS version,
           CASE WHEN %(back)s THEN c.from_member_id ELSE c.to_member_id END AS member_id,
           CASE WHEN %(back)s THEN c.from_day ELSE c.to_day END AS day,
           CASE WHEN %(back)s THEN c.from_why ELSE c.to_why END AS why,
           CASE WHEN %(back)s THEN c.from_minutes ELSE c.to_minutes END AS minutes
    FROM tasks_allocationchange c
    WHERE c.run_id = ANY(%(runs)s) AND c.applied = %(back)s
      AND (%(only)s::bigint[] IS NULL OR c.task_id = ANY(%(only)s::bigint[]))
), before AS (
    SELECT t.id, t.state, t.assignee_id, t.planned_on, t.pinned, t.pinned_day, wanted.*
    FROM tasks_task t JOIN wanted ON wanted.task_id = t.id AND wanted.version = t.version
    WHERE t.state IN ('scheduled', 'open', 'assigned')
    ORDER BY t.id FOR UPDATE OF t
), written AS (
    UPDATE tasks_task t
    SET assignee_id = b.member_id, planned_on = b.day, why = b.why, planned_minutes = b.minutes,
        state = CASE WHEN b.member_id IS NOT NULL THEN 'assigned'
                     WHEN t.opens_on > (%(now)s AT TIME ZONE 'Europe/Oslo')::date THEN 'scheduled' ELSE 'open' END,
        version = t.version + 1,
        pinned = t.pinned AND t.assignee_id IS NOT DISTINCT FROM b.member_id,
        pinned_day = t.pinned_day AND (t.assignee_id, t.planned_on) IS NOT DISTINCT FROM (b.member_id, b.day)
    FROM before b
    WHERE t.id = b.id
    RETURNING t.clinic_id, t.id, b.change_id, b.state AS from_state, t.state, b.assignee_id AS from_member_id,
              t.assignee_id, t.planned_on, t.planned_minutes, t.pinned, t.pinned_day, b.pinned AS was_pinned,
              b.pinned_day AS was_pinned_day
), noted AS (
    INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, from_member_id, to_member_id,
                                 by_id, at, effective_at, reason, after)
    SELECT clinic_id, id,
           CASE WHEN id = %(placed)s THEN 'place' WHEN assignee_id IS NULL THEN 'release'
                WHEN assignee_id IS DISTINCT FROM from_member_id THEN 'assign' ELSE 'plan' END,
           from_state, state, from_member_id, assignee_id, %(by)s, %(now)s, %(now)s, %(reason)s,
           jsonb_build_object('planned_on', planned_on, 'planned_minutes', planned_minutes)
           || CASE WHEN (pinned, pinned_day) <> (was_pinned, was_pinned_day)
               THEN jsonb_build_object('pinned', pinned, 'pinned_day', pinned_day) ELSE '{}' END
    FROM written ORDER BY id
), marked AS (
    UPDATE tasks_allocationchange c SET applied = NOT %(back)s FROM written WHERE c.id = written.change_id
)
SELECT id FROM written
