-- Opens the task of every occasion whose window has opened, for all clinics. $today is the Oslo date.
-- The index planstep_opening finds the occasions, and tells the planner how few they are: of the day alone, and of
-- waiting alone, it would believe that a tenth of all are due, and read every plan there is. That an occasion is waiting, and is so no more when its task
-- is there, makes a second run harmless, and task_once_per_occasion would refuse a second task.
-- What else the patient is due for within thirty days comes along, all on the day of the first (tasks/visits.py).
-- What leads to an occasion (bloods a week before) opens with it, as a task of its own. What is decided by one and may
-- be prepared by another becomes two, where somebody who may prepare it works: the ids are taken beforehand, so that
-- the halves and what leads to them can name one another. `before` is the working day on or before each day from `first`.
WITH opening AS MATERIALIZED (
    SELECT ps.id, ps.step_id, p.patient_id, p.discharge_id, ps.due_on, s.shares, s.hard
    FROM tasks_planstep ps
    JOIN tasks_followupplan p ON p.id = ps.plan_id
    JOIN tasks_step s ON s.id = ps.step_id
    WHERE ps.waiting AND CASE WHEN ps.waiting THEN ps.opens_on END <= %(today)s AND p.state = 'active' AND NOT s.retired
    -- Whoever stops a plan locks it first: then finds either nothing opened, or all of it.
    ORDER BY p.id FOR SHARE OF p
), first AS MATERIALIZED (
    SELECT patient_id, shares, min(due_on) AS due_on
    FROM opening WHERE shares <> '' AND NOT hard
    GROUP BY patient_id, shares
), visit AS MATERIALIZED (
    -- Everything that the patient may have done then: what opens, and what comes along before its own time.
    SELECT ps.id, ps.step_id, p.discharge_id, first.patient_id, first.shares, ps.due_on
    FROM first
    JOIN tasks_followupplan p ON p.patient_id = first.patient_id AND p.state = 'active'
    JOIN tasks_planstep ps ON ps.plan_id = p.id AND ps.waiting
    JOIN tasks_step s ON s.id = ps.step_id AND s.shares = first.shares AND NOT s.hard AND NOT s.retired
    WHERE abs(ps.due_on - first.due_on) <= least(%(within)s, CASE
        WHEN ps.interval_months IS NOT NULL THEN ps.interval_months * 365 / 12 + ps.interval_days
        ELSE s.interval_months * 365 / 12 + s.interval_days END / 2)
      -- What is done once every calendar year is not done before New Year.
      AND (s.rule <> 'year' OR ps.interval_months IS NOT NULL OR %(today)s >= date_trunc('year', ps.due_on))
    ORDER BY p.id FOR SHARE OF p
), day AS (
    -- Not the past: what comes along is not late because something else is.
    SELECT patient_id, shares, greatest(min(due_on), %(today)s) AS due_on FROM visit GROUP BY patient_id, shares
), together AS (
    SELECT id, step_id, patient_id, discharge_id, due_on FROM opening WHERE id NOT IN (SELECT id FROM visit)
    UNION ALL
    SELECT visit.id, visit.step_id, visit.patient_id, visit.discharge_id, least(visit.due_on, day.due_on)
    FROM visit JOIN day USING (patient_id, shares)
), needle AS MATERIALIZED (
    -- The first of the bloods that lead to what opens. The patient's other bloods are drawn that day.
    SELECT patient_id, greatest(coalesce((%(before)s::date[])[on_day - %(first)s + 1], on_day), %(today)s) AS on_day
    FROM (
        SELECT t.patient_id, min(t.due_on - l.lead_days) AS on_day
        FROM together t JOIN tasks_step l ON l.leads_to_id = t.step_id AND l.shares = 'bloods' AND NOT l.retired
        GROUP BY t.patient_id
    ) n
), bloods AS MATERIALIZED (
    SELECT ps.id, p.discharge_id, needle.patient_id, ps.due_on, needle.on_day
    FROM needle
    JOIN tasks_followupplan p ON p.patient_id = needle.patient_id AND p.state = 'active'
    JOIN tasks_planstep ps ON ps.plan_id = p.id AND ps.waiting
    JOIN tasks_step s ON s.id = ps.step_id AND s.shares = 'bloods' AND NOT s.hard AND NOT s.retired
    WHERE abs(ps.due_on - needle.on_day) <= least(%(within)s, CASE
        WHEN ps.interval_months IS NOT NULL THEN ps.interval_months * 365 / 12 + ps.interval_days
        ELSE s.interval_months * 365 / 12 + s.interval_days END / 2)
      AND (s.rule <> 'year' OR ps.interval_months IS NOT NULL OR %(today)s >= date_trunc('year', ps.due_on))
    ORDER BY p.id FOR SHARE OF p
), chosen AS (
    SELECT t.id, t.patient_id, t.discharge_id, least(t.due_on, b.on_day) AS day FROM together t LEFT JOIN bloods b USING (id)
    UNION ALL
    SELECT id, patient_id, discharge_id, on_day FROM bloods WHERE id NOT IN (SELECT id FROM together)
), due AS MATERIALIZED (
    SELECT ps.id, ps.clinic_id, c.patient_id, c.discharge_id, ps.step_id, s.kind_id, s.name, s.hard,
           least(ps.opens_on, %(today)s) AS opens_on, least(ps.due_on, c.day) AS due_on, ps.closes_on,
           coalesce(s.minutes, (k.minutes ->> k.professions[1])::int, 10) AS minutes,
           greatest(1, k.prepare_minutes) AS prepare_minutes, greatest(1, k.decide_minutes) AS decide_minutes,
           k.paired AND EXISTS (
               SELECT FROM teams_member m
               WHERE m.clinic_id = ps.clinic_id AND m.profession = ANY(k.preparable_by)
                 AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
           ) AS pair
    FROM chosen c
    JOIN tasks_planstep ps ON ps.id = c.id
    JOIN tasks_step s ON s.id = ps.step_id
    JOIN tasks_taskkind k ON k.id = s.kind_id
    -- Never two at once, whatever went before.
    WHERE ps.waiting AND NOT EXISTS (SELECT FROM tasks_task t WHERE t.plan_step_id = c.id AND t.ended_at IS NULL)
    -- Two at once: the second waits here, and then finds that it waits no more.
    ORDER BY ps.id FOR UPDATE OF ps
), numbered AS MATERIALIZED (
    SELECT due.*, CASE WHEN pair THEN nextval('tasks_task_id_seq') END AS preparation,
           nextval('tasks_task_id_seq') AS task_id,
           CASE WHEN d.id IS NULL THEN 'plan' ELSE 'hospital' END AS origin,
           coalesce(left(concat_ws(', ', nullif(d.hospital, ''), nullif(d.department, '')), 120), '') AS sender
    FROM (SELECT * FROM due ORDER BY clinic_id, patient_id, id) due
    LEFT JOIN patients_discharge d ON d.id = due.discharge_id
), led AS MATERIALIZED (
    SELECT nextval('tasks_task_id_seq') AS task_id, n.clinic_id, n.patient_id, n.task_id AS leads_to, n.origin, n.sender,
           l.name, l.kind_id, l.hard, n.opens_on, n.closes_on,
           greatest(coalesce((%(before)s::date[])[n.due_on - l.lead_days - %(first)s + 1], n.due_on - l.lead_days),
                    n.opens_on) AS due_on,
           coalesce(l.minutes, (k.minutes ->> k.professions[1])::int, 10) AS minutes
    FROM numbered n
    JOIN tasks_step l ON l.leads_to_id = n.step_id AND NOT l.retired
    JOIN tasks_taskkind k ON k.id = l.kind_id
), rows AS (
    SELECT task_id AS id, clinic_id, kind_id, name, patient_id, id AS plan_step_id, origin, sender, opens_on, due_on,
           closes_on, hard, CASE WHEN pair THEN decide_minutes ELSE minutes END AS planned_minutes,
           CASE WHEN pair THEN 'sign' ELSE '' END AS part, preparation AS after_id, NULL::bigint AS leads_to_id
    FROM numbered
    UNION ALL
    SELECT preparation, clinic_id, kind_id, left('Forbered: ' || name, 120), patient_id, NULL, origin, sender, opens_on,
           due_on, closes_on, hard, prepare_minutes, 'prepare', NULL, NULL
    FROM numbered WHERE pair
    UNION ALL
    SELECT task_id, clinic_id, kind_id, name, patient_id, NULL, origin, sender, opens_on, due_on,
           CASE WHEN hard THEN due_on ELSE closes_on END, hard, minutes, '', NULL, leads_to
    FROM led
), opened AS (
    INSERT INTO tasks_task (id, clinic_id, kind_id, name, patient_id, plan_step_id, origin, sender, state, opens_on, due_on,
                            closes_on, hard, logged, planned_minutes, why, opened_at, version, part, after_id, leads_to_id)
    SELECT id, clinic_id, kind_id, name, patient_id, plan_step_id, origin, sender, 'open', opens_on, due_on, closes_on,
           hard, false, planned_minutes, '{}', %(now)s, 1, part, after_id, leads_to_id
    FROM rows ORDER BY id
    RETURNING id, clinic_id, planned_minutes, opens_on, due_on, closes_on, part, after_id, leads_to_id
), noted AS (
    INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, at, effective_at, reason, after)
    SELECT clinic_id, id, 'open', '', 'open', %(now)s, %(now)s, '',
           jsonb_build_object('planned_minutes', planned_minutes, 'opens_on', opens_on, 'due_on', due_on,
                              'closes_on', closes_on)
           || CASE WHEN part <> '' THEN jsonb_build_object('part', part) ELSE '{}' END
           || CASE WHEN after_id IS NOT NULL THEN jsonb_build_object('after', after_id) ELSE '{}' END
    FROM opened ORDER BY id
), told AS (
    UPDATE tasks_planstep ps SET waiting = false, opens_on = due.opens_on, due_on = due.due_on
    FROM due WHERE ps.id = due.id
)
SELECT count(*) FROM opened
