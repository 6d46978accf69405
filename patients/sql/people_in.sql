INSERT INTO patients_patientchange (clinic_id, patient_id, field, before, after, at, run_id, reason)
SELECT %(clinic)s, d.patient_id, d.field, d.before, d.after, now(), %(run)s, '' FROM ({differences}) d;
UPDATE patients_patient p
SET given_name = s.given_name, family_name = s.family_name, birth_date = s.birth_date, sex = s.sex,
    list_doctor_id = s.list_doctor_id, usual_nurse_id = s.usual_nurse_id, home_care = s.home_care,
    deceased_on = s.deceased_on, moved_on = s.moved_on
FROM stage_amended s
WHERE p.clinic_id = %(clinic)s AND p.id = s.patient_id;
INSERT INTO patients_patientchange (clinic_id, patient_id, field, before, after, at, run_id, reason)
SELECT %(clinic)s, patient_id, 'moved_on', '', %(today)s::date::text, now(), %(run)s, '' FROM stage_gone;
UPDATE patients_patient p SET moved_on = %(today)s
FROM stage_gone g
WHERE p.clinic_id = %(clinic)s AND p.id = g.patient_id;
INSERT INTO patients_patient (id, clinic_id, given_name, family_name, birth_date, sex, list_doctor_id,
    usual_nurse_id, home_care, deceased_on, moved_on, created_at)
SELECT patient_id, %(clinic)s, given_name, family_name, birth_date, sex, list_doctor_id, usual_nurse_id,
    coalesce(home_care, false), deceased_on, moved_on, now()
FROM stage_person WHERE fault IS NULL AND NOT known ORDER BY leader;
INSERT INTO patients_patientidentifier (clinic_id, patient_id, system, value)
SELECT %(clinic)s, n.patient_id, n.system, n.value
FROM stage_name n
WHERE left(n.system, 1) <> '#' AND NOT EXISTS (
    SELECT FROM patients_patientidentifier i
    WHERE (i.clinic_id, i.system, i.value) = (%(clinic)s, n.system, n.value)
);
