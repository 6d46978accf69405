-- The tasks of these clinics as they stood when the week ended, by their events alone, as far as those were known at
-- `known`: what tasks/replay.py does for one task, in the columns that a report reads. Of a task's story that part
-- counts that had happened by then; a correction of it counts whenever it came, until the task was taken up again, and so
-- does taking back what was logged (only a log goes from done to cancelled by an undo).
-- From these clinics' tasks to each one's story, and never over all stories there are: OFFSET 0 and LIMIT 1 hold the planner
-- to it, who else reads the whole country's events for each batch of its clinics.
CREATE TEMP TABLE as_it_stood ON COMMIT DROP AS
WITH story AS MATERIALIZED (
    SELECT e.task_id, e.id, e.from_state, e.to_state, e.by_id, e.effective_at, e.after,
        min(e.id) FILTER (
            WHERE e.effective_at >= %(ends)s AND e.verb <> 'correct'
                AND NOT (e.verb = 'undo' AND e.from_state = 'done' AND e.to_state = 'cancelled')
        ) OVER (PARTITION BY e.task_id) AS stop
    FROM tasks_task t
    CROSS JOIN LATERAL (SELECT * FROM tasks_taskevent WHERE task_id = t.id AND at <= %(known)s OFFSET 0) e
    WHERE t.clinic_id = ANY(%(clinics)s) AND t.opened_at < %(ends)s
        AND (t.ended_at IS NULL OR t.ended_at >= %(starts)s
            -- Done early: what fell due in the week counts its follow-up and hard deadlines too.
            OR (t.due_on BETWEEN %(monday)s AND %(sunday)s AND (t.plan_step_id IS NOT NULL OR t.hard))
            OR (SELECT true FROM tasks_taskevent later WHERE later.task_id = t.id AND later.at >= %(starts)s LIMIT 1))
),
happened AS MATERIALIZED (
    SELECT * FROM story WHERE stop IS NULL OR id < stop
),
standing AS (
    SELECT task_id,
        (array_agg(to_state ORDER BY id DESC))[1] AS state,
        (array_agg(effective_at ORDER BY id DESC) FILTER (
            WHERE to_state IN ('done', 'cancelled', 'returned', 'expired')
                AND from_state NOT IN ('done', 'cancelled', 'returned', 'expired')))[1] AS ended_at,
        (array_agg(by_id ORDER BY id DESC) FILTER (WHERE to_state = 'done' AND from_state <> 'done'))[1] AS done_by_id
    FROM happened
    GROUP BY task_id
),
told AS (
    SELECT task_id, jsonb_object_agg(key, value ORDER BY id) AS fields
    FROM happened, jsonb_each(after)
    WHERE key IN ('due_on', 'planned_minutes', 'minutes', 'part')
    GROUP BY task_id
)
SELECT t.id, t.clinic_id, t.kind_id, t.origin, t.sender, t.patient_id, t.plan_step_id, t.hard, t.logged, t.opened_at,
    standing.state,
    CASE WHEN standing.state IN ('done', 'cancelled', 'returned', 'expired') THEN standing.ended_at END AS ended_at,
    CASE WHEN standing.state = 'done' THEN standing.done_by_id END AS done_by_id,
    CASE WHEN standing.state = 'done' THEN (told.fields ->> 'minutes')::int END AS minutes,
    CASE WHEN told.fields ? 'due_on' THEN (told.fields ->> 'due_on')::date ELSE t.due_on END AS due_on,
    CASE WHEN told.fields ? 'part' THEN told.fields ->> 'part' ELSE t.part END AS part,
    coalesce((told.fields ->> 'planned_minutes')::int, t.planned_minutes) AS planned_minutes
FROM standing
CROSS JOIN LATERAL (SELECT * FROM tasks_task WHERE id = standing.task_id OFFSET 0) t
LEFT JOIN told ON told.task_id = t.id
