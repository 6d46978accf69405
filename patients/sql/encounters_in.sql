UPDATE patients_encounter old
SET act_class = t.act_class, department = t.department, starts_at = t.starts_at, ends_at = t.ends_at
FROM told_encounter t
WHERE t.fate = 'changed' AND (old.clinic_id, old.source_id) = (%(clinic)s, t.source_id);
INSERT INTO patients_encounter (clinic_id, patient_id, source_id, act_class, department, starts_at, ends_at)
SELECT %(clinic)s, patient_id, source_id, act_class, department, starts_at, ends_at
FROM told_encounter WHERE fate = 'new';
