-- Patients we know whom the import tells something else of, as they will be.
INSERT INTO stage_amended
SELECT p.id, s.given_name, s.family_name, s.birth_date, s.sex, s.list_doctor_id, s.usual_nurse_id, s.home_care,
    s.deceased_on, s.moved_on
FROM (
    SELECT s.patient_id, s.given_name, s.family_name, s.birth_date,
        CASE WHEN s.sex = 'unknown' THEN p.sex ELSE s.sex END AS sex,
        coalesce(s.list_doctor_id, p.list_doctor_id) AS list_doctor_id,
        coalesce(s.usual_nurse_id, p.usual_nurse_id) AS usual_nurse_id,
        coalesce(s.home_care, p.home_care) AS home_care,
        -- A list that says nothing of death raises nobody, and «dead, date not told» does not move the date.
        CASE WHEN s.deceased_exact THEN coalesce(s.deceased_on, p.deceased_on)
             ELSE coalesce(p.deceased_on, s.deceased_on) END AS deceased_on,
        -- Whom an earlier import took off the list is back with this one; whom somebody here took off is not.
        CASE
            WHEN s.moved_on IS NOT NULL OR p.moved_on IS NULL THEN s.moved_on
            WHEN (
                SELECT c.run_id FROM patients_patientchange c
                WHERE c.patient_id = p.id AND c.field = 'moved_on'
                ORDER BY c.at DESC, c.id DESC LIMIT 1
            ) IS NULL THEN p.moved_on
        END AS moved_on
    FROM stage_person s JOIN patients_patient p ON p.id = s.patient_id
    WHERE p.clinic_id = %(clinic)s AND s.fault IS NULL AND s.known
) s
JOIN patients_patient p ON p.id = s.patient_id
WHERE (p.given_name, p.family_name, p.birth_date, p.sex, p.list_doctor_id, p.usual_nurse_id, p.home_care,
        p.deceased_on, p.moved_on)
    IS DISTINCT FROM (s.given_name, s.family_name, s.birth_date, s.sex, s.list_doctor_id, s.usual_nurse_id,
        s.home_care, s.deceased_on, s.moved_on);
ANALYZE stage_amended (patient_id);
