-- Opens the task of every occasion whose window has opened, for all clinics. $today is the Oslo date.
-- The partial index planstep_opening finds the occasions; task_once_per_occasion makes a second run harmless.
WITH due AS (
    SELECT ps.id, ps.clinic_id, ps.opens_on, ps.due_on, ps.closes_on,
           p.patient_id, s.kind_id, s.name, s.hard,
           coalesce(s.minutes, (k.minutes ->> k.professions[1])::int, 10) AS minutes
    FROM tasks_planstep ps
    JOIN tasks_followupplan p ON p.id = ps.plan_id
    JOIN tasks_step s ON s.id = ps.step_id
    JOIN tasks_taskkind k ON k.id = s.kind_id
    WHERE ps.waiting AND ps.opens_on <= %(today)s AND p.state = 'active'
), opened AS (
    INSERT INTO tasks_task (clinic_id, kind_id, name, patient_id, plan_step_id, origin, sender, state, opens_on,
                            due_on, closes_on, hard, logged, planned_minutes, why, opened_at, version)
    SELECT clinic_id, kind_id, name, patient_id, id, 'plan', '', 'open', opens_on,
           due_on, closes_on, hard, false, minutes, '{}', %(now)s, 1
    FROM due ORDER BY clinic_id, id
    ON CONFLICT (plan_step_id, due_on) WHERE plan_step_id IS NOT NULL DO NOTHING
    RETURNING id, clinic_id, planned_minutes, opens_on, due_on, closes_on
), noted AS (
    INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, at, effective_at, reason, after)
    SELECT clinic_id, id, 'open', '', 'open', %(now)s, %(now)s, '',
           jsonb_build_object('planned_minutes', planned_minutes, 'opens_on', opens_on, 'due_on', due_on,
                              'closes_on', closes_on)
    FROM opened
), told AS (
    UPDATE tasks_planstep SET waiting = false FROM due WHERE tasks_planstep.id = due.id
)
SELECT count(*) FROM opened
