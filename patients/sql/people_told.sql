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
        -- Whom a list has is on it again; who came as gone stays so until the list has another word for it.
        CASE
            WHEN s.moved_on IS NOT NULL OR p.moved_on IS NULL THEN s.moved_on
            WHEN NOT EXISTS (
                SELECT FROM patients_patientchange c WHERE c.patient_id = p.id AND c.field = 'moved_on'
            ) THEN p.moved_on
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
-- What somebody here has set right stands while the import says what was set right. «Dead, date not told» says it
-- of any date.
INSERT INTO stage_kept
SELECT d.patient_id, d.field
FROM ({differences}) d JOIN stage_person s ON s.patient_id = d.patient_id AND s.fault IS NULL
WHERE EXISTS (
    SELECT FROM ({corrected}) c
    WHERE c.patient_id = d.patient_id AND c.field = d.field
        AND (c.before = d.after OR (d.field = 'deceased_on' AND c.before <> '' AND NOT s.deceased_exact))
);
UPDATE stage_amended a
SET given_name = CASE WHEN 'given_name' = ANY (k.fields) THEN p.given_name ELSE a.given_name END,
    family_name = CASE WHEN 'family_name' = ANY (k.fields) THEN p.family_name ELSE a.family_name END,
    birth_date = CASE WHEN 'birth_date' = ANY (k.fields) THEN p.birth_date ELSE a.birth_date END,
    sex = CASE WHEN 'sex' = ANY (k.fields) THEN p.sex ELSE a.sex END,
    list_doctor_id = CASE WHEN 'list_doctor' = ANY (k.fields) THEN p.list_doctor_id ELSE a.list_doctor_id END,
    usual_nurse_id = CASE WHEN 'usual_nurse' = ANY (k.fields) THEN p.usual_nurse_id ELSE a.usual_nurse_id END,
    home_care = CASE WHEN 'home_care' = ANY (k.fields) THEN p.home_care ELSE a.home_care END,
    deceased_on = CASE WHEN 'deceased_on' = ANY (k.fields) THEN p.deceased_on ELSE a.deceased_on END,
    moved_on = CASE WHEN 'moved_on' = ANY (k.fields) THEN p.moved_on ELSE a.moved_on END
FROM (SELECT patient_id, array_agg(field) AS fields FROM stage_kept GROUP BY patient_id) k
JOIN patients_patient p ON p.id = k.patient_id
WHERE a.patient_id = k.patient_id;
-- What the import says of birth may not fit the death that stands here, nor the other way: then both stand.
INSERT INTO stage_kept
SELECT d.patient_id, d.field
FROM ({differences}) d JOIN stage_amended a ON a.patient_id = d.patient_id
WHERE d.field IN ('birth_date', 'deceased_on') AND a.deceased_on < a.birth_date;
UPDATE stage_amended a SET birth_date = p.birth_date, deceased_on = p.deceased_on
FROM patients_patient p
WHERE p.id = a.patient_id AND a.deceased_on < a.birth_date;
DELETE FROM stage_amended a
WHERE a.patient_id IN (SELECT patient_id FROM stage_kept)
    AND NOT EXISTS (SELECT FROM ({differences}) d WHERE d.patient_id = a.patient_id);
