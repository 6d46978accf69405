-- Clinics for bench/night.py: $clinics of them, each with 12 members, 1,000 plans and 400 open tasks.
INSERT INTO teams_municipality (number, name) VALUES ('9999', 'Målekommune');
INSERT INTO teams_clinic (slug, name, municipality_id, person_reports, started_on)
SELECT 'kontor-' || n, 'Kontor ' || n, (SELECT id FROM teams_municipality), false, %(today)s::date - 400
FROM generate_series(1, %(clinics)s) n;

INSERT INTO teams_member (clinic_id, name, profession, access, starts_on)
SELECT c.id, 'Medarbeider ' || n,
       CASE WHEN n <= 5 THEN 'doctor' WHEN n <= 8 THEN 'nurse' ELSE 'secretary' END, 'staff', c.started_on
FROM teams_clinic c, generate_series(1, 12) n ORDER BY c.id, n;

INSERT INTO teams_workinghours (clinic_id, member_id, weekday, minutes, booked_minutes, starts_on)
SELECT m.clinic_id, m.id, d, 450, CASE m.profession WHEN 'doctor' THEN 300 ELSE 150 END, m.starts_on
FROM teams_member m, generate_series(1, 5) d WHERE random() > 0.12;

INSERT INTO tasks_programme (clinic_id, slug, name, icpc2, min_drugs, by_condition, state, version, approved_by_id,
                             approved_at, source, certainty)
SELECT c.id, 'diabetes2', 'Diabetes type 2', '{T90}', 0, true, 'approved', 1,
       (SELECT min(id) FROM teams_member m WHERE m.clinic_id = c.id), now(), '', 'sourced' FROM teams_clinic c;
INSERT INTO tasks_step (clinic_id, programme_id, slug, name, kind_id, interval_months, interval_days,
                        opens_days_before, hard, source, certainty, position)
SELECT p.clinic_id, p.id, 'rutine', 'Rutinekontroll', (SELECT id FROM tasks_taskkind WHERE slug = 'rutinekontroll'),
       6, 0, 21, false, '', 'sourced', 1 FROM tasks_programme p;

INSERT INTO patients_patient (clinic_id, given_name, family_name, birth_date, sex, list_doctor_id, usual_nurse_id,
                              home_care, created_at)
SELECT c.id, 'Pasient', 'Nr ' || n, '1950-01-01'::date + (random() * 18000)::int, 'unknown',
       first.id + (random() * 4)::int, first.id + 5 + (random() * 2)::int, false, now()
FROM teams_clinic c
JOIN LATERAL (SELECT min(id) AS id FROM teams_member m WHERE m.clinic_id = c.id) first ON true,
     generate_series(1, 1000) n;

INSERT INTO tasks_followupplan (clinic_id, patient_id, programme_id, state, starts_on, end_reason)
SELECT pt.clinic_id, pt.id, p.id, 'active', %(today)s::date - 300, ''
FROM patients_patient pt JOIN tasks_programme p ON p.clinic_id = pt.clinic_id;

-- 60 of 1,000 open tonight, the rest later.
INSERT INTO tasks_planstep (clinic_id, plan_id, step_id, opens_on, due_on, waiting)
SELECT f.clinic_id, f.id, s.id, day, day + 21, true
FROM (SELECT *, row_number() OVER (PARTITION BY clinic_id ORDER BY id) AS rank FROM tasks_followupplan) f
JOIN tasks_step s ON s.programme_id = f.programme_id,
     LATERAL (SELECT %(today)s::date + CASE WHEN f.rank <= 60 THEN 0 ELSE f.rank::int / 6 END AS day) d;

INSERT INTO tasks_task (clinic_id, kind_id, name, patient_id, origin, sender, state, opens_on, due_on, hard, logged,
                        planned_minutes, why, opened_at, version, assignee_id)
SELECT pt.clinic_id, k.id, k.name, pt.id, k.origin, '', CASE WHEN n.free THEN 'open' ELSE 'assigned' END,
       %(today)s::date - 10, %(today)s::date - 5 + (random() * 25)::int, random() < 0.02, false,
       coalesce((k.minutes ->> k.professions[1])::int, 10), '{}', now() - interval '10 days', 1,
       CASE WHEN n.free THEN NULL WHEN k.professions[1] = 'doctor' THEN pt.list_doctor_id
            WHEN k.professions[1] = 'nurse' THEN pt.usual_nurse_id
            ELSE (SELECT max(id) FROM teams_member m WHERE m.clinic_id = pt.clinic_id) END
FROM (SELECT *, row_number() OVER (PARTITION BY clinic_id ORDER BY id) AS rank FROM patients_patient) pt
CROSS JOIN LATERAL (SELECT pt.rank %% 10 = 0 AS free) n
JOIN tasks_taskkind k ON k.position = 1 + (pt.rank %% 44)
WHERE pt.rank <= 400;
