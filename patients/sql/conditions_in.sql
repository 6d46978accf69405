INSERT INTO patients_patientchange (clinic_id, patient_id, field, before, after, at, run_id, reason)
SELECT %(clinic)s, t.patient_id, 'condition:' || t.icpc2,
    coalesce(old.starts_on::text, '') || '/' || coalesce(old.ends_on::text, ''),
    coalesce(t.starts_on::text, '') || '/' || coalesce(t.ends_on::text, ''), now(), %(run)s, ''
FROM told_condition t
JOIN patients_condition old ON (old.clinic_id, old.patient_id, old.icpc2) = (%(clinic)s, t.patient_id, t.icpc2)
WHERE t.fate = 'changed' AND old.ends_on IS DISTINCT FROM t.ends_on;
-- Of a patient whom others see already, somebody may have written the same in this moment.
UPDATE patients_condition old
SET source_system = t.source_system, source_code = t.source_code, source_text = t.source_text,
    ends_on = t.ends_on, starts_on = t.starts_on
FROM told_condition t
WHERE t.fate = 'changed' AND (old.clinic_id, old.patient_id, old.icpc2) = (%(clinic)s, t.patient_id, t.icpc2);
INSERT INTO patients_condition
    (clinic_id, patient_id, icpc2, source_system, source_code, source_text, starts_on, ends_on)
SELECT %(clinic)s, patient_id, icpc2, source_system, source_code, source_text, starts_on, ends_on
FROM told_condition WHERE fate = 'new' AND born;
INSERT INTO patients_condition
    (clinic_id, patient_id, icpc2, source_system, source_code, source_text, starts_on, ends_on)
SELECT %(clinic)s, patient_id, icpc2, source_system, source_code, source_text, starts_on, ends_on
FROM told_condition WHERE fate = 'new' AND NOT born
ON CONFLICT (patient_id, icpc2) DO NOTHING;
