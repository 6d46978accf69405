-- Starts a plan for everybody in `whom` (clinic, programme, patient) who has none running, for all clinics: plan,
-- next occasions, event. A plan that was declined, stopped or finished is begun again, where it was. The first occasions
-- are those of tasks/recurrence.py (`first_occasion`); `first_on` when somebody has chosen the day. `calendar` has for each day the
-- working day on or before it and the one on or after it. With `more`, running plans get the steps that they lack.
WITH enrolling AS MATERIALIZED (
    /* whom */
), wanted AS (
    SELECT e.clinic_id, e.programme_id, e.patient_id, f.id AS old, f.state
    FROM enrolling e
    LEFT JOIN tasks_followupplan f
        ON f.patient_id = e.patient_id AND f.programme_id = e.programme_id AND f.discharge_id IS NULL
    WHERE f.id IS NULL OR f.state <> 'active' OR %(more)s
), resumed AS (
    UPDATE tasks_followupplan f SET state = 'active', starts_on = %(on)s, ended_on = NULL, end_reason = '', ended_as = ''
    FROM wanted WHERE f.id = wanted.old AND wanted.state <> 'active'
    RETURNING f.id, f.clinic_id, f.patient_id, f.programme_id, 'resume' AS verb
), started AS (
    INSERT INTO tasks_followupplan (clinic_id, patient_id, programme_id, state, starts_on, end_reason)
    SELECT clinic_id, patient_id, programme_id, 'active', %(on)s, '' FROM wanted WHERE old IS NULL
    ORDER BY clinic_id, programme_id, patient_id
    ON CONFLICT DO NOTHING
    RETURNING id, clinic_id, patient_id, programme_id, 'start' AS verb
), plans AS (
    SELECT * FROM resumed UNION ALL SELECT * FROM started
    UNION ALL SELECT old, clinic_id, patient_id, programme_id, 'more' FROM wanted WHERE state = 'active'
), noted AS (
    INSERT INTO tasks_planevent (clinic_id, plan_id, verb, by_id, at, reason, after)
    SELECT clinic_id, id, verb, %(by)s, %(at)s, %(reason)s,
           CASE WHEN %(run)s::bigint IS NULL THEN '{}' ELSE jsonb_build_object('run', %(run)s::bigint) END
    FROM plans WHERE verb <> 'more' ORDER BY id
), raw AS (
    SELECT plans.clinic_id, plans.id AS plan_id, s.id AS step_id, s.hard, s.rule, s.opens_days_before, s.closes_days_after,
        CASE
            WHEN s.rule = 'once' THEN (%(on)s::date + make_interval(months => own.months, days => own.days))::date
            WHEN %(first_on)s::date IS NOT NULL THEN %(first_on)s::date
            -- Begun again: on from when it was last done, or due when it was.
            WHEN had.last_done_on IS NOT NULL THEN greatest(
                (had.last_done_on + make_interval(months => own.months, days => own.days))::date, %(on)s::date)
            WHEN had.due_on >= %(on)s::date THEN had.due_on
            ELSE %(on)s::date + mod(mod(
                -- the patient's own day of the year (`phase`) less the day of the start
                mod(mod(plans.patient_id, 1000000) * 6180339887, 10000000000) * 365 / 10000000000
                    - (extract(doy FROM %(on)s::date)::int - 1),
                own.length) + own.length, own.length)::int
        END AS day
    FROM plans JOIN tasks_step s ON s.programme_id = plans.programme_id AND NOT s.retired AND s.leads_to_id IS NULL
        AND (verb <> 'more' OR NOT EXISTS (
            SELECT FROM tasks_planstep ps
            WHERE ps.plan_id = plans.id AND ps.step_id = s.id AND (ps.waiting OR s.rule = 'once'
                OR EXISTS (SELECT FROM tasks_task t WHERE t.plan_step_id = ps.id AND t.ended_at IS NULL))
        ))
    LEFT JOIN tasks_planstep had ON had.plan_id = plans.id AND had.step_id = s.id
    CROSS JOIN LATERAL (
        SELECT months, days, months * 365 / 12 + days AS length
        FROM (SELECT coalesce(had.interval_months, s.interval_months) AS months,
                     CASE WHEN had.interval_months IS NULL THEN s.interval_days ELSE had.interval_days END AS days) interval
    ) own
    WHERE s.rule <> 'once' OR had.last_done_on IS NULL
), due AS (
    SELECT raw.*,
        CASE
            WHEN c.on_day IS NULL THEN day -- further ahead than the calendar reaches
            WHEN rule = 'year' AND hard AND extract(year FROM c.before) < extract(year FROM day) THEN c.after
            WHEN hard OR rule = 'year' AND extract(year FROM c.after) > extract(year FROM day) THEN c.before
            ELSE c.after
        END AS due_on
    FROM raw LEFT JOIN unnest(%(days)s::date[], %(before)s::date[], %(after)s::date[]) AS c (on_day, before, after)
        ON c.on_day = raw.day
), written AS (
    INSERT INTO tasks_planstep AS old (clinic_id, plan_id, step_id, opens_on, due_on, closes_on, waiting)
    SELECT clinic_id, plan_id, step_id,
        CASE rule
            WHEN 'year' THEN greatest(due_on - opens_days_before, date_trunc('year', due_on)::date)
            WHEN 'once' THEN greatest(due_on - opens_days_before, least(%(on)s::date, due_on))
            ELSE due_on - opens_days_before
        END,
        due_on, due_on + closes_days_after, true
    FROM due ORDER BY plan_id, step_id
    ON CONFLICT (plan_id, step_id) DO UPDATE
    SET opens_on = excluded.opens_on, due_on = excluded.due_on, closes_on = excluded.closes_on, waiting = true
    RETURNING plan_id
)
SELECT (SELECT count(*) FROM plans WHERE verb <> 'more'), (SELECT count(*) FROM written)
