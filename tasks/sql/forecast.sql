-- Minutes of follow-up a week and profession until `until`, in one clinic: of the plans that run (programme 0), and of
-- those that would start, by programme, for everybody in `whom`. Counted as the night opens them: bloods before a
-- check-up, preparation and signature apart where somebody may prepare, the profession being the lowest on the ladder of
-- care that may, as the sharing out has it. Each time one interval after the one before, on a working day (`calendar` as
-- in enrol.sql); what is overdue lies on `first`, the first working day. Visits merged come at most thirty days earlier
-- than this, and late ones later.
WITH enrolling AS MATERIALIZED (
    /* whom */
), here AS (
    SELECT DISTINCT profession FROM teams_member
    WHERE clinic_id = %(clinic)s AND starts_on <= %(today)s AND (ends_on IS NULL OR ends_on >= %(today)s)
), steps AS MATERIALIZED (
    SELECT s.id, s.programme_id, s.rule, s.hard, s.leads_to_id, s.lead_days, s.interval_months * 365 / 12 + s.interval_days AS length,
           halves.profession, halves.minutes
    FROM tasks_step s
    JOIN tasks_taskkind k ON k.id = s.kind_id
    CROSS JOIN LATERAL (
        SELECT (SELECT w.who FROM unnest(k.preparable_by) AS w (who) JOIN here ON here.profession = w.who
                ORDER BY array_position(%(ladder)s, w.who) LIMIT 1) AS prepares,
               coalesce((SELECT w.who FROM unnest(k.professions) AS w (who) JOIN here ON here.profession = w.who
                         ORDER BY array_position(%(ladder)s, w.who) LIMIT 1), k.professions[1]) AS does
    ) who
    CROSS JOIN LATERAL (
        SELECT who.prepares AS profession, greatest(1, k.prepare_minutes) AS minutes WHERE k.paired AND who.prepares IS NOT NULL
        UNION ALL
        SELECT who.does, CASE WHEN k.paired AND who.prepares IS NOT NULL THEN greatest(1, k.decide_minutes)
                              ELSE coalesce(s.minutes, (k.minutes ->> k.professions[1])::int, 10) END
    ) halves
    WHERE s.clinic_id = %(clinic)s AND NOT s.retired
), raw AS (
    SELECT 0 AS programme_id, ps.step_id, greatest(ps.due_on, %(today)s) AS day,
           CASE WHEN ps.interval_months IS NOT NULL THEN ps.interval_months * 365 / 12 + ps.interval_days END AS own
    FROM tasks_planstep ps JOIN tasks_followupplan f ON f.id = ps.plan_id AND f.state = 'active'
    WHERE ps.clinic_id = %(clinic)s
      AND (ps.waiting OR EXISTS (SELECT FROM tasks_task t WHERE t.plan_step_id = ps.id AND t.ended_at IS NULL))
    UNION ALL
    SELECT c.programme_id, s.id, CASE WHEN s.rule = 'once'
        THEN (%(today)s::date + make_interval(months => s.interval_months, days => s.interval_days))::date
        ELSE %(today)s::date + mod(mod(
        mod(mod(c.patient_id, 1000000) * 6180339887, 10000000000) * 365 / 10000000000
            - (extract(doy FROM %(today)s::date)::int - 1),
        s.interval_months * 365 / 12 + s.interval_days) + s.interval_months * 365 / 12 + s.interval_days,
        s.interval_months * 365 / 12 + s.interval_days)::int END, NULL
    FROM enrolling c JOIN tasks_step s ON s.programme_id = c.programme_id AND NOT s.retired AND s.leads_to_id IS NULL
), calendar AS MATERIALIZED (
    SELECT * FROM unnest(%(days)s::date[], %(before)s::date[], %(after)s::date[]) AS c (on_day, before, after)
), due AS (
    SELECT raw.programme_id, s.id AS step_id, s.hard, s.rule = 'once' AS once, greatest(1, coalesce(raw.own, s.length)) AS length,
        CASE
            WHEN s.rule = 'year' AND s.hard AND extract(year FROM c.before) < extract(year FROM raw.day) THEN c.after
            WHEN s.hard OR s.rule = 'year' AND extract(year FROM c.after) > extract(year FROM raw.day) THEN c.before
            ELSE c.after
        END AS day
    FROM raw JOIN (SELECT DISTINCT id, rule, hard, length FROM steps) s ON s.id = raw.step_id
    JOIN calendar c ON c.on_day = raw.day
), times AS (
    SELECT due.programme_id, due.step_id, CASE WHEN due.hard THEN c.before ELSE c.after END AS day
    FROM due
    CROSS JOIN LATERAL generate_series(0, CASE WHEN due.once THEN 0 ELSE (%(until)s::date - due.day) / due.length END) n
    JOIN calendar c ON c.on_day = due.day + n * due.length
), parts AS (
    SELECT times.programme_id, steps.profession, steps.minutes, times.day
    FROM times JOIN steps ON steps.id = times.step_id
    UNION ALL
    SELECT times.programme_id, steps.profession, steps.minutes, c.before
    FROM times JOIN steps ON steps.leads_to_id = times.step_id
    JOIN calendar c ON c.on_day = times.day - steps.lead_days
)
SELECT programme_id, profession, date_trunc('week', greatest(day, %(first)s))::date AS monday, sum(minutes)::int
FROM parts WHERE day < %(until)s
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
