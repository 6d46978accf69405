-- Opens the task of every occasion whose window has opened, for all clinics. $today is the Oslo date.
-- The partial index planstep_opening finds the occasions; task_once_per_occasion makes a second run harmless.
-- What is decided by one and may be prepared by another becomes two, where somebody who may prepare it works: the
-- preparation's id is taken beforehand, so that its signature can name it.
WITH due AS MATERIALIZED (
    SELECT ps.id, ps.clinic_id, ps.opens_on, ps.due_on, ps.closes_on,
           p.patient_id, s.kind_id, s.name, s.hard,
           coalesce(s.minutes, (k.minutes ->> k.professions[1])::int, 10) AS minutes,
           greatest(1, k.prepare_minutes) AS prepare_minutes, greatest(1, k.decide_minutes) AS decide_minutes,
           k.paired AND EXISTS (
               SELECT FROM teams_member m
               WHERE m.clinic_id = ps.clinic_id AND m.profession = ANY(k.preparable_by)
                 AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
           ) AS pair
    FROM tasks_planstep ps
    JOIN tasks_followupplan p ON p.id = ps.plan_id
    JOIN tasks_step s ON s.id = ps.step_id
    JOIN tasks_taskkind k ON k.id = s.kind_id
    WHERE ps.waiting AND ps.opens_on <= %(today)s AND p.state = 'active'
), numbered AS MATERIALIZED (
    SELECT due.*, CASE WHEN pair THEN nextval('tasks_task_id_seq') END AS preparation
    FROM (SELECT * FROM due ORDER BY clinic_id, id) due
), opened AS (
    INSERT INTO tasks_task (clinic_id, kind_id, name, patient_id, plan_step_id, origin, sender, state, opens_on,
                            due_on, closes_on, hard, logged, planned_minutes, why, opened_at, version, part, after_id)
    SELECT clinic_id, kind_id, name, patient_id, id, 'plan', '', 'open', opens_on,
           due_on, closes_on, hard, false, CASE WHEN pair THEN decide_minutes ELSE minutes END, '{}', %(now)s, 1,
           CASE WHEN pair THEN 'sign' ELSE '' END, preparation
    FROM numbered ORDER BY clinic_id, id
    ON CONFLICT (plan_step_id, due_on) WHERE plan_step_id IS NOT NULL DO NOTHING
    RETURNING id, clinic_id, planned_minutes, opens_on, due_on, closes_on, part, after_id
), prepared AS (
    INSERT INTO tasks_task (id, clinic_id, kind_id, name, patient_id, origin, sender, state, opens_on, due_on,
                            closes_on, hard, logged, planned_minutes, why, opened_at, version, part)
    SELECT preparation, n.clinic_id, kind_id, left('Forbered: ' || name, 120), patient_id, 'plan', '', 'open',
           n.opens_on, n.due_on, n.closes_on, hard, false, prepare_minutes, '{}', %(now)s, 1, 'prepare'
    FROM numbered n JOIN opened ON opened.after_id = n.preparation
    ORDER BY preparation
    RETURNING id, clinic_id, planned_minutes, opens_on, due_on, closes_on, part, after_id
), noted AS (
    INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, at, effective_at, reason, after)
    SELECT clinic_id, id, 'open', '', 'open', %(now)s, %(now)s, '',
           jsonb_build_object('planned_minutes', planned_minutes, 'opens_on', opens_on, 'due_on', due_on,
                              'closes_on', closes_on)
           || CASE WHEN part <> '' THEN jsonb_build_object('part', part) ELSE '{}' END
           || CASE WHEN after_id IS NOT NULL THEN jsonb_build_object('after', after_id) ELSE '{}' END
    FROM (SELECT * FROM prepared UNION ALL SELECT * FROM opened) made ORDER BY id
), told AS (
    UPDATE tasks_planstep SET waiting = false FROM due WHERE tasks_planstep.id = due.id
)
SELECT (SELECT count(*) FROM opened) + (SELECT count(*) FROM prepared)
