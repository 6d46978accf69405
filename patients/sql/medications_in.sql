UPDATE patients_medication old SET ends_on = e.ends_on
FROM stage_ended e
WHERE old.clinic_id = %(clinic)s AND old.id = e.medication_id;
UPDATE patients_medication old SET source_system = t.source_system, text = t.text, ends_on = t.ends_on
FROM told_medication t
WHERE t.fate = 'changed' AND (old.clinic_id, old.patient_id, old.source_code) = (%(clinic)s, t.patient_id, t.source_code)
    AND old.starts_on IS NOT DISTINCT FROM t.starts_on;
INSERT INTO patients_medication (clinic_id, patient_id, source_system, source_code, text, starts_on, ends_on)
SELECT %(clinic)s, patient_id, source_system, source_code, text, starts_on, ends_on
FROM told_medication WHERE fate = 'new';
