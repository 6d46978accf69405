-- Tells of hard deadlines that are about to be late, for all clinics: level 2 (everybody) or 1 (leaders), and never
-- less than before. The bounds are those of tasks/urgency.py, as dates.
WITH near AS (
    SELECT t.id, CASE WHEN coalesce(t.closes_on, t.due_on) < %(everybody)s THEN 2 ELSE 1 END AS level
    FROM tasks_task t
    WHERE t.ended_at IS NULL AND t.hard AND (
        coalesce(t.closes_on, t.due_on) < %(leader)s
        OR t.assignee_id IS NULL AND coalesce(t.closes_on, t.due_on) < %(leader_if_nobodys)s
    )
), raised AS (
    SELECT t.id, near.level
    FROM tasks_task t JOIN near ON near.id = t.id AND near.level > t.escalated
    WHERE t.ended_at IS NULL
    ORDER BY t.id FOR UPDATE OF t
), written AS (
    UPDATE tasks_task t SET escalated = raised.level, version = t.version + 1
    FROM raised WHERE raised.id = t.id
    RETURNING t.clinic_id, t.id, t.state, t.assignee_id, t.escalated
), noted AS (
    INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, from_member_id, to_member_id,
                                 at, effective_at, reason, after)
    SELECT clinic_id, id, 'escalate', state, state, assignee_id, assignee_id, %(now)s, %(now)s, '',
           jsonb_build_object('escalated', escalated)
    FROM written ORDER BY id
)
SELECT count(*) FROM written
