INSERT INTO patients_patientidentifier (clinic_id, patient_id, system, value)
SELECT DISTINCT %(clinic)s, s.patient_id, i.system, i.value
FROM stage_person s JOIN stage_patient p USING (leader) JOIN stage_identifier i USING (seq)
WHERE s.fault IS NULL AND left(i.system, 1) <> '#'
ON CONFLICT (clinic_id, system, value) DO NOTHING;
