UPDATE patients_patient p
SET given_name = s.given_name, family_name = s.family_name, birth_date = s.birth_date, sex = s.sex,
    list_doctor_id = s.list_doctor_id, deceased_on = s.deceased_on
FROM (
    SELECT s.patient_id, s.given_name, s.family_name, s.birth_date,
        CASE WHEN s.sex = 'unknown' THEN p.sex ELSE s.sex END AS sex,
        coalesce(s.list_doctor_id, p.list_doctor_id) AS list_doctor_id,
        -- A list that says nothing of death raises nobody, and «dead, date not told» does not move the date.
        CASE WHEN s.deceased_exact THEN coalesce(s.deceased_on, p.deceased_on)
             ELSE coalesce(p.deceased_on, s.deceased_on) END AS deceased_on
    FROM stage_person s JOIN patients_patient p ON p.id = s.patient_id
    WHERE s.fault IS NULL AND s.known
) s
WHERE p.clinic_id = %(clinic)s AND p.id = s.patient_id
    AND (p.given_name, p.family_name, p.birth_date, p.sex, p.list_doctor_id, p.deceased_on)
        IS DISTINCT FROM (s.given_name, s.family_name, s.birth_date, s.sex, s.list_doctor_id, s.deceased_on);
