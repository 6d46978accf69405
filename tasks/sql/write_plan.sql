-- Writes a plan: tasks that changed since they were read (version) are left as they are. A task that nobody
-- has room for loses its day and keeps its holder; no new why (null) keeps the old; one whose holder may not have it any more becomes open.
WITH plan AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(versions)s::int[], %(members)s::bigint[], %(days)s::date[],
                         %(minutes)s::int[], %(whys)s::jsonb[]) AS p (id, version, member_id, day, minutes, why)
), before AS (
    SELECT t.id, t.state, t.assignee_id, t.planned_on FROM tasks_task t JOIN plan ON plan.id = t.id AND plan.version = t.version
    ORDER BY t.id FOR UPDATE OF t
), written AS (
    UPDATE tasks_task t
    SET assignee_id = plan.member_id, planned_on = plan.day, why = coalesce(plan.why, t.why), planned_minutes = plan.minutes,
        state = CASE WHEN plan.member_id IS NULL THEN 'open' ELSE 'assigned' END, version = t.version + 1
    FROM plan JOIN before ON before.id = plan.id
    WHERE t.id = plan.id
    RETURNING t.clinic_id, t.id, before.state AS from_state, t.state, before.assignee_id AS from_member_id,
              before.planned_on AS from_day, t.assignee_id, t.planned_on, t.planned_minutes, t.why
)
INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, from_member_id, to_member_id,
                             at, effective_at, reason, after)
SELECT clinic_id, id,
       CASE WHEN assignee_id IS NULL THEN 'release' WHEN assignee_id IS DISTINCT FROM from_member_id THEN 'assign'
            ELSE 'plan' END,
       from_state, state, from_member_id, assignee_id, %(now)s, %(now)s, '',
       jsonb_build_object('planned_on', planned_on, 'planned_minutes', planned_minutes)
FROM written
WHERE assignee_id IS DISTINCT FROM from_member_id OR planned_on IS DISTINCT FROM from_day
