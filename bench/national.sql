-- All of Norway's clinics for bench/national.py: $clinics of them, 12 members each, $people patients with conditions in
-- all (some of them with two or three), and every default programme of the first clinic, approved, in each of the others.
INSERT INTO teams_municipality (number, name) VALUES ('9999', 'Målekommune');
INSERT INTO teams_clinic (slug, name, municipality_id, person_reports, started_on)
SELECT 'kontor-' || n, 'Kontor ' || n, (SELECT id FROM teams_municipality), false, %(today)s::date - 400
FROM generate_series(1, %(clinics)s) n;

INSERT INTO teams_member (clinic_id, name, profession, access, starts_on)
SELECT c.id, 'Medarbeider ' || n,
       CASE WHEN n <= 5 THEN 'doctor' WHEN n <= 8 THEN 'nurse' ELSE 'secretary' END, 'staff', c.started_on
FROM teams_clinic c, generate_series(1, 12) n ORDER BY c.id, n;

INSERT INTO patients_patient (clinic_id, given_name, family_name, birth_date, sex, list_doctor_id, usual_nurse_id,
                              home_care, created_at)
SELECT first.clinic_id, 'Pasient', 'Nr ' || n, '1935-01-01'::date + (random() * 22000)::int, 'unknown',
       first.id + n %% 5, first.id + 5 + n %% 3, false, now()
FROM (SELECT clinic_id, min(id) AS id FROM teams_member GROUP BY 1) first,
     generate_series(1, %(people)s / %(clinics)s) n
ORDER BY first.clinic_id, n;

-- About as common among the chronically ill as in the registers of DOMAIN §9 (the last ones fill up).
INSERT INTO patients_condition (clinic_id, patient_id, icpc2, source_system, source_code, source_text)
SELECT p.clinic_id, p.id, c.code, '', '', ''
FROM patients_patient p
-- (p.id: so that it is thrown anew for everybody)
CROSS JOIN LATERAL (SELECT random() + 0 * p.id AS one, random() + 0 * p.id AS two) r
CROSS JOIN LATERAL (
    SELECT CASE WHEN r.one < 0.40 THEN 'K86' WHEN r.one < 0.60 THEN 'T90' WHEN r.one < 0.72 THEN 'R96'
                WHEN r.one < 0.80 THEN 'T86' WHEN r.one < 0.88 THEN 'P76' ELSE 'R95' END AS code
    UNION
    SELECT CASE WHEN r.two < 0.14 THEN 'K76' WHEN r.two < 0.26 THEN 'K78' WHEN r.two < 0.40 THEN 'U99'
                WHEN r.two < 0.50 THEN 'K77' END
) c
WHERE c.code IS NOT NULL
ORDER BY p.id, c.code;
