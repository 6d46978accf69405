-- A plan for each discharge (`discharges`, or with null every one since `since`, whoever noted it) that has none in its
-- clinic's approved programmes of that kind, with its occasions; the tasks open when their windows do (open_due.sql),
-- which for what is to be done at once is now. Gives how many.
WITH started AS (
    INSERT INTO tasks_followupplan (clinic_id, patient_id, programme_id, state, starts_on, end_reason, discharge_id)
    SELECT d.clinic_id, d.patient_id, p.id, 'active', d.discharged_on, '', d.id
    FROM patients_discharge d JOIN tasks_programme p ON p.clinic_id = d.clinic_id
    JOIN patients_patient pt ON pt.id = d.patient_id
    WHERE p.on_discharge AND p.state = 'approved' AND NOT d.mistaken
      AND (d.id = ANY(%(discharges)s::bigint[]) OR %(discharges)s::bigint[] IS NULL AND d.at >= %(since)s)
      AND pt.deceased_on IS NULL AND pt.moved_on IS NULL AND pt.institution_on IS NULL
      AND NOT EXISTS (SELECT FROM tasks_followupplan f WHERE f.discharge_id = d.id AND f.programme_id = p.id)
    ORDER BY d.clinic_id, d.id
    ON CONFLICT DO NOTHING
    RETURNING id, clinic_id, programme_id, starts_on
), noted AS (
    INSERT INTO tasks_planevent (clinic_id, plan_id, verb, by_id, at) SELECT clinic_id, id, 'start', %(by)s, %(at)s FROM started
), written AS (
    INSERT INTO tasks_planstep (clinic_id, plan_id, step_id, opens_on, due_on, closes_on, waiting)
    SELECT f.clinic_id, f.id, s.id, greatest(due.on_day - s.opens_days_before, least(f.starts_on, due.on_day)), due.on_day,
           due.on_day + s.closes_days_after, true
    FROM started f
    JOIN tasks_step s ON s.programme_id = f.programme_id AND NOT s.retired AND s.leads_to_id IS NULL
    CROSS JOIN LATERAL (
        SELECT (f.starts_on + make_interval(months => s.interval_months, days => s.interval_days))::date AS day
    ) raw
    LEFT JOIN unnest(%(days)s::date[], %(before)s::date[], %(after)s::date[]) AS c (on_day, before, after)
        ON c.on_day = raw.day
    CROSS JOIN LATERAL (SELECT coalesce(CASE WHEN s.hard THEN c.before ELSE c.after END, raw.day) AS on_day) due
    ORDER BY f.id, s.position
)
SELECT count(*) FROM started
