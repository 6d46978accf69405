-- After the rows are in: who already is a patient here gets the patient's own name, then names are indexed.
UPDATE stage_patient SET leader = seq;
INSERT INTO stage_identifier
SELECT DISTINCT i.seq, '#patient', p.patient_id::text
FROM stage_identifier i
JOIN patients_patientidentifier p ON (p.clinic_id, p.system, p.value) = (%(clinic)s, i.system, i.value);
CREATE INDEX ON stage_identifier (system, value);
CREATE INDEX ON stage_identifier (seq);
CREATE INDEX ON stage_refused (system, value);
ANALYZE stage_patient, stage_identifier, stage_refused, stage_condition, stage_medication, stage_encounter;
