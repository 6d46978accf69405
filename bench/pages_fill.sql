-- Clinics whose people log in, for bench/pages.py and bench/load.py: one for each row of the table `shape`
-- (n, members, patients, open_tasks, done_tasks). $today is the Oslo date. Nobody here has a name of somebody's.
INSERT INTO teams_municipality (number, name) VALUES ('9999', 'Målekommune');
INSERT INTO teams_clinic (slug, name, municipality_id, person_reports, started_on)
SELECT 'kontor-' || n, 'Kontor ' || n, (SELECT id FROM teams_municipality), true, %(today)s::date - 56
FROM shape ORDER BY n;

-- Two of five are doctors, the first of them leads; then nurses, then secretaries.
ANALYZE shape, tasks_taskkind;
CREATE TEMP TABLE person ON COMMIT DROP AS
SELECT c.id AS clinic_id, s.n, i, 'kontor-' || s.n || '-' || i AS username,
       CASE WHEN i <= ceil(0.4 * s.members) THEN 'doctor' WHEN i <= ceil(0.7 * s.members) THEN 'nurse'
            ELSE 'secretary' END AS profession
FROM shape s JOIN teams_clinic c ON c.slug = 'kontor-' || s.n, generate_series(1, s.members) i;
INSERT INTO teams_user (username, password, first_name, last_name, email, is_active, is_staff, is_superuser, date_joined)
SELECT username, '!', '', '', '', true, false, false, now() FROM person;
INSERT INTO teams_member (clinic_id, user_id, name, profession, access, starts_on, access_until)
SELECT p.clinic_id, u.id, 'Medarbeider ' || CASE p.profession WHEN 'doctor' THEN 'Lege ' WHEN 'nurse' THEN 'Pleier ' ELSE 'Kontor ' END || i,
       p.profession, CASE WHEN i = 1 THEN 'leader' ELSE 'staff' END, %(today)s::date - 400, %(today)s::date + 300
FROM person p JOIN teams_user u USING (username) ORDER BY p.clinic_id, p.i;
CREATE TEMP TABLE staff ON COMMIT DROP AS
SELECT m.*, row_number() OVER (PARTITION BY clinic_id ORDER BY id) - 1 AS rank,
       count(*) OVER (PARTITION BY clinic_id) AS colleagues,
       row_number() OVER (PARTITION BY clinic_id, profession ORDER BY id) - 1 AS among,
       count(*) OVER (PARTITION BY clinic_id, profession) AS peers
FROM teams_member m;
ANALYZE person, staff;
INSERT INTO teams_workinghours (clinic_id, member_id, weekday, minutes, booked_minutes, starts_on)
SELECT clinic_id, id, day, 450, CASE profession WHEN 'doctor' THEN 300 WHEN 'nurse' THEN 180 ELSE 150 END, starts_on
FROM staff, generate_series(1, 5) day;
-- One is ill this week, one has leave next month.
INSERT INTO teams_absence (clinic_id, member_id, starts_on, ends_on, reason, part)
SELECT clinic_id, id, %(today)s::date - 1, %(today)s::date + 6, 'sick', 'whole' FROM staff WHERE rank = 3;
INSERT INTO teams_absence (clinic_id, member_id, starts_on, ends_on, reason, part)
SELECT clinic_id, id, %(today)s::date + 20, %(today)s::date + 34, 'holiday', 'whole' FROM staff WHERE rank = 6;
INSERT INTO tasks_delegation (clinic_id, doctor_id, member_id, kind_id, instruction, starts_on, signed_at)
SELECT d.clinic_id, d.id, m.id, k.id, 'Etter prosedyre.', %(today)s::date - 300, now()
FROM staff d JOIN staff m ON m.clinic_id = d.clinic_id AND m.profession = 'nurse' AND (d.rank + m.rank) %% 2 = 0
JOIN tasks_taskkind k ON 'nurse' = ANY(k.delegable_to)
WHERE d.profession = 'doctor';

INSERT INTO patients_patient (clinic_id, given_name, family_name, birth_date, sex, list_doctor_id, usual_nurse_id,
                              home_care, created_at)
SELECT c.id, 'Prøve', 'Pasient-' || i, '1935-01-01'::date + (random() * 26000)::int,
       CASE WHEN random() < 0.5 THEN 'female' ELSE 'male' END, doctor.id, nurse.id, random() < 0.05, now()
FROM shape s JOIN teams_clinic c ON c.slug = 'kontor-' || s.n, generate_series(1, s.patients) i
JOIN staff doctor ON doctor.profession = 'doctor' AND doctor.among = i %% doctor.peers
JOIN staff nurse ON nurse.profession = 'nurse' AND nurse.among = i %% nurse.peers AND nurse.clinic_id = doctor.clinic_id
WHERE doctor.clinic_id = c.id;
ANALYZE patients_patient;
INSERT INTO patients_condition (clinic_id, patient_id, icpc2, source_system, source_code, source_text)
SELECT clinic_id, id, code, '', '', '' FROM patients_patient, unnest('{T90,K86,R95}'::text[], '{0.3,0.5,0.2}'::float[]) c (code, share)
WHERE random() < share;

INSERT INTO tasks_programme (clinic_id, slug, name, icpc2, min_drugs, by_condition, state, version, approved_by_id,
                             approved_at, source, certainty)
SELECT m.clinic_id, p.slug, p.name, p.icpc2, 0, true, 'approved', 1, m.id, now(), '', 'sourced'
FROM staff m, (VALUES ('diabetes2', 'Diabetes type 2', '{T90}'::text[]), ('blodtrykk', 'Høyt blodtrykk', '{K86}'),
                      ('vaksine', 'Influensavaksine', '{R95}')) p (slug, name, icpc2)
WHERE m.rank = 0;
INSERT INTO tasks_step (clinic_id, programme_id, slug, name, kind_id, interval_months, interval_days,
                        opens_days_before, hard, source, certainty, position)
SELECT p.clinic_id, p.id, 'fast', k.name, k.id, 6, 0, 21, false, '', 'sourced', 1
FROM tasks_programme p JOIN tasks_taskkind k
  ON k.slug = CASE p.slug WHEN 'diabetes2' THEN 'rutinekontroll' WHEN 'blodtrykk' THEN 'lmg' ELSE 'vaksine' END;
INSERT INTO tasks_followupplan (clinic_id, patient_id, programme_id, state, starts_on, end_reason)
SELECT p.clinic_id, c.patient_id, p.id, 'active', %(today)s::date - 300, ''
FROM tasks_programme p JOIN patients_condition c ON c.clinic_id = p.clinic_id AND c.icpc2 = ANY(p.icpc2)
-- One in five lacks follow-up.
WHERE c.id %% 5 <> 0;
INSERT INTO tasks_planstep (clinic_id, plan_id, step_id, opens_on, due_on, waiting)
SELECT f.clinic_id, f.id, s.id, day - 21, day, true
FROM tasks_followupplan f JOIN tasks_step s USING (programme_id),
     LATERAL (SELECT %(today)s::date + 30 + (f.id %% 120)::int AS day) d;

ANALYZE patients_condition, tasks_programme, tasks_step, tasks_followupplan, tasks_planstep;

-- What each profession may do; the kinds of plans come as often as the rest together.
CREATE TEMP TABLE menu ON COMMIT DROP AS
SELECT profession, k.id AS kind_id, row_number() OVER (PARTITION BY profession ORDER BY copies, position) - 1 AS rank,
       count(*) OVER (PARTITION BY profession) AS kinds
FROM tasks_taskkind k, unnest(professions) AS profession,
     generate_series(1, CASE WHEN slug IN ('rutinekontroll', 'lmg', 'vaksine') THEN 6 ELSE 1 END) AS copies;

-- 5 in 100 are preparations, made below. Of the others 5 come later, 4 are nobody's, 4 may not slip, 3 have no due
-- date, some are begun; a tenth is overdue. Whom a task is for follows from its number, and so it is shared evenly.
CREATE TEMP TABLE drawn ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('tasks_task', 'id')) AS id, m.clinic_id, k * 7 %% s.patients AS patient_rank, m.id AS member_id,
       m.profession, random() AS r_what, r.fate, r.hard,
       CASE WHEN r.fate < 0.05 THEN 'scheduled' WHEN r.fate < 0.09 THEN 'open' WHEN r.fate < 0.095 THEN 'started'
            ELSE 'assigned' END AS state,
       CASE WHEN r.fate < 0.05 THEN %(today)s::date + 26 + (r.due * 60)::int
            WHEN r.late < 0.10 THEN %(today)s::date - 1 - (r.due * 20)::int
            ELSE %(today)s::date + (r.due * r.due * 90)::int END AS due_on,
       r.undated
FROM shape s CROSS JOIN LATERAL generate_series(1, (s.open_tasks * 0.95)::int) k
JOIN person p ON p.n = s.n AND p.i = 1 + k %% s.members
JOIN staff m ON m.clinic_id = p.clinic_id AND m.rank = p.i - 1
CROSS JOIN LATERAL (SELECT random() + 0 * k AS fate, random() + 0 * k AS late, random() + 0 * k AS due,
                           random() + 0 * k < 0.04 AS hard, random() + 0 * k < 0.03 AS undated) r;
ANALYZE menu, drawn;
CREATE TEMP TABLE chosen ON COMMIT DROP AS
SELECT d.*, menu.kind_id, row_number() OVER (PARTITION BY d.clinic_id, menu.kind_id ORDER BY d.id) AS of_kind
FROM drawn d JOIN menu ON menu.profession = d.profession AND menu.rank = floor(d.r_what * menu.kinds);
CREATE TEMP TABLE occasion ON COMMIT DROP AS
SELECT ps.id, ps.clinic_id, s.kind_id, p.patient_id,
       row_number() OVER (PARTITION BY ps.clinic_id, s.kind_id ORDER BY ps.id) AS of_kind
FROM tasks_planstep ps JOIN tasks_step s ON s.id = ps.step_id JOIN tasks_followupplan p ON p.id = ps.plan_id;
CREATE TEMP TABLE patient ON COMMIT DROP AS
SELECT id, clinic_id, row_number() OVER (PARTITION BY clinic_id ORDER BY id) - 1 AS rank
FROM patients_patient;
ANALYZE chosen, occasion, patient;
INSERT INTO tasks_task (id, clinic_id, kind_id, name, patient_id, plan_step_id, origin, sender, state, opens_on, due_on,
                        closes_on, hard, logged, planned_minutes, planned_on, assignee_id, why, opened_at, version)
SELECT c.id, c.clinic_id, k.id, k.name, coalesce(o.patient_id, CASE WHEN k.origin <> 'internal' THEN pt.id END), o.id,
       CASE WHEN o.id IS NOT NULL THEN 'plan' ELSE k.origin END, CASE k.origin WHEN 'hospital' THEN 'Medisinsk avdeling' ELSE '' END,
       c.state, CASE WHEN c.state = 'scheduled' THEN c.due_on - 21 ELSE least(c.due_on, %(today)s::date) - (c.id %% 15)::int END,
       CASE WHEN o.id IS NULL AND c.undated AND NOT c.hard THEN NULL ELSE c.due_on END,
       CASE WHEN c.hard THEN c.due_on + 3 END, c.hard, false, coalesce((k.minutes ->> c.profession)::int, 10),
       CASE WHEN c.state = 'started' THEN %(today)s::date
            WHEN c.state = 'assigned' AND c.due_on < %(today)s::date + 14
            THEN greatest(c.due_on - 2 - (c.id %% 3)::int, %(today)s::date + (c.id %% 3)::int) END,
       CASE WHEN c.state IN ('assigned', 'started') THEN c.member_id END,
       CASE WHEN c.state = 'open' THEN '{"obstacle": "nobody_has_time"}'
            WHEN c.state = 'scheduled' THEN '{}'
            ELSE jsonb_build_object('rule', (ARRAY['least_loaded', 'usual_nurse', 'list_doctor', 'together', 'as_well'])[1 + c.id %% 5],
                 'ground', 'profession', 'capacity', 2400, 'load_before', 300, 'load_after', 320,
                 'others', jsonb_build_array(jsonb_build_array(c.member_id + 1, 'loaded', 900, 2400),
                    jsonb_build_array(c.member_id + 2, 'level', 500, 1200), jsonb_build_array(c.member_id + 3, 'alike', 310, 2400))) END,
       %(today)s::date - interval '20 days' + random() * interval '19 days',
       CASE c.state WHEN 'assigned' THEN 2 WHEN 'started' THEN 3 ELSE 1 END
FROM chosen c JOIN tasks_taskkind k ON k.id = c.kind_id
LEFT JOIN occasion o ON o.clinic_id = c.clinic_id AND o.kind_id = c.kind_id AND o.of_kind = c.of_kind
JOIN patient pt ON pt.clinic_id = c.clinic_id AND pt.rank = c.patient_rank;
ANALYZE tasks_task;
UPDATE tasks_planstep ps SET waiting = false, opens_on = t.opens_on, due_on = t.due_on
FROM tasks_task t WHERE t.plan_step_id = ps.id;

-- The preparations, and what they are for.
CREATE TEMP TABLE pair ON COMMIT DROP AS
SELECT t.*, nextval(pg_get_serial_sequence('tasks_task', 'id')) AS first_id, k.prepare_minutes, helper.id AS helper_id
FROM (
    SELECT t.id, t.clinic_id, t.kind_id, t.name, t.patient_id, t.origin, t.sender, t.opens_on, t.due_on, t.closes_on,
           t.hard, t.planned_on, t.opened_at, row_number() OVER (PARTITION BY t.clinic_id ORDER BY t.id) AS rank
    FROM tasks_task t JOIN tasks_taskkind k ON k.id = t.kind_id AND k.paired
    WHERE t.state = 'assigned' AND t.due_on IS NOT NULL
) t
JOIN teams_clinic c ON c.id = t.clinic_id JOIN shape s ON c.slug = 'kontor-' || s.n
JOIN tasks_taskkind k ON k.id = t.kind_id
JOIN staff helper ON helper.clinic_id = t.clinic_id AND helper.profession = k.preparable_by[1] AND helper.among = t.rank %% helper.peers
WHERE t.rank <= s.open_tasks - (s.open_tasks * 0.95)::int;
ANALYZE pair;
INSERT INTO tasks_task (id, clinic_id, kind_id, name, patient_id, origin, sender, state, opens_on, due_on, closes_on,
                        hard, logged, planned_minutes, planned_on, assignee_id, why, opened_at, version, part)
SELECT first_id, clinic_id, kind_id, left('Forbered: ' || name, 120), patient_id, origin, sender, 'assigned', opens_on, due_on, closes_on,
       hard, false, greatest(prepare_minutes, 1), planned_on, helper_id, '{"rule": "least_loaded"}', opened_at, 2, 'prepare'
FROM pair;
UPDATE tasks_task t SET part = 'sign', after_id = pair.first_id FROM pair WHERE pair.id = t.id;

-- What was done in the last eight weeks; a tenth of it logged.
INSERT INTO tasks_task (clinic_id, kind_id, name, patient_id, origin, sender, state, opens_on, due_on, hard, logged,
                        planned_minutes, assignee_id, done_by_id, minutes, why, opened_at, ended_at, version, closing)
SELECT m.clinic_id, k.id, k.name, pt.id, k.origin, '', 'done', d.at::date - 5, d.at::date + 2, false, d.n %% 10 = 0,
       10, m.id, m.id, 2 + (d.n * 7 %% 28)::int, '{}',
       CASE WHEN d.n %% 10 = 0 THEN d.at ELSE d.at - interval '5 days' END, d.at, CASE WHEN d.n %% 10 = 0 THEN 1 ELSE 2 END, 'done'
FROM shape s JOIN teams_clinic c ON c.slug = 'kontor-' || s.n
CROSS JOIN LATERAL (
    SELECT n, %(today)s::date - interval '1 hour' - random() * interval '55 days' AS at FROM generate_series(1, s.done_tasks) n
) d
JOIN staff m ON m.clinic_id = c.id AND m.rank = d.n %% m.colleagues
JOIN menu ON menu.profession = m.profession AND menu.rank = (d.n / m.colleagues) %% menu.kinds
JOIN tasks_taskkind k ON k.id = menu.kind_id
JOIN patient pt ON pt.clinic_id = c.id AND pt.rank = d.n * 13 %% s.patients;

-- Every version has its event.
INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, at, effective_at, reason, after)
SELECT clinic_id, id, 'open', '', CASE WHEN state = 'scheduled' THEN 'scheduled' ELSE 'open' END, opened_at, opened_at, '',
       jsonb_build_object('planned_minutes', planned_minutes, 'opens_on', opens_on, 'due_on', due_on, 'closes_on', closes_on)
       || CASE WHEN part <> '' THEN jsonb_build_object('part', part) ELSE '{}' END
       || CASE WHEN after_id IS NOT NULL THEN jsonb_build_object('after', after_id) ELSE '{}' END
FROM tasks_task WHERE NOT logged ORDER BY id;
INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, to_member_id, at, effective_at, reason, after)
SELECT clinic_id, id, 'assign', 'open', 'assigned', assignee_id, opened_at + interval '1 second', opened_at + interval '1 second', '',
       jsonb_build_object('planned_on', planned_on, 'planned_minutes', planned_minutes)
FROM tasks_task WHERE state IN ('assigned', 'started') ORDER BY id;
INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, from_member_id, to_member_id, by_id, at, effective_at, reason, after)
SELECT clinic_id, id, 'start', 'assigned', 'started', assignee_id, assignee_id, assignee_id, opened_at + interval '1 day', opened_at + interval '1 day', '',
       jsonb_build_object('planned_on', planned_on)
FROM tasks_task WHERE state = 'started' ORDER BY id;
INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, to_member_id, by_id, at, effective_at, reason, after)
SELECT clinic_id, id, CASE WHEN logged THEN 'log' ELSE 'complete' END, CASE WHEN logged THEN '' ELSE 'open' END, 'done', assignee_id,
       done_by_id, ended_at, ended_at, '', jsonb_build_object('minutes', minutes, 'closing', closing)
       || CASE WHEN logged THEN jsonb_build_object('planned_minutes', planned_minutes, 'opens_on', opens_on, 'due_on', due_on)
               ELSE '{}' END
FROM tasks_task WHERE state = 'done' ORDER BY id;

INSERT INTO tasks_usualminutes (clinic_id, kind_id, part, profession, minutes, occasions)
SELECT m.clinic_id, k.id, '', key, value::int + 1, 12 FROM staff m, tasks_taskkind k, jsonb_each_text(k.minutes) WHERE m.rank = 0;
INSERT INTO tasks_usualminutes (clinic_id, kind_id, part, profession, member_id, minutes, occasions)
SELECT m.clinic_id, k.id, '', m.profession, m.id, (k.minutes ->> m.profession)::int + 2, 7
FROM staff m JOIN tasks_taskkind k ON m.profession = ANY(k.professions) WHERE k.id %% 3 = 0;

-- A fortnight of nights.
INSERT INTO tasks_allocationrun (clinic_id, state, cause, calm, ran_at, first_day, placed, unplaced, moved, levels, bound, gap,
                                 seconds, stopped_early, reference, decided_at, loads, "left")
SELECT c.id, 'applied', 'night', false, day + time '04:00', day, 600, 9, 30, '[0, 0, 120, 400, 30]', 1000, 0.004, 0.4, false, '',
       day + time '04:01', '{}', '[]'
FROM teams_clinic c, LATERAL (SELECT %(today)s::date - n AS day FROM generate_series(1, 14) n) d ORDER BY day;
INSERT INTO tasks_allocationchange (clinic_id, run_id, task_id, version, from_why, from_minutes, to_member_id, to_day, to_why, to_minutes, applied)
SELECT t.clinic_id, r.id, t.id, 1, '{}', t.planned_minutes, t.assignee_id, t.planned_on, t.why, t.planned_minutes, true
FROM tasks_task t JOIN (SELECT clinic_id, max(id) AS id FROM tasks_allocationrun GROUP BY 1) r USING (clinic_id)
WHERE t.state = 'assigned' AND t.planned_on IS NOT NULL AND t.id %% 4 = 0;
