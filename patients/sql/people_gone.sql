-- Patients on the clinic's list whom a whole list lacks. Only those whom it could have named: by a system that it
-- uses. Whom it names and is refused for, in any way, is not gone.
INSERT INTO stage_gone
SELECT p.id
FROM patients_patient p
WHERE p.clinic_id = %(clinic)s AND p.deceased_on IS NULL AND p.moved_on IS NULL
    AND EXISTS (
        SELECT FROM patients_patientidentifier i
        WHERE i.clinic_id = %(clinic)s AND i.patient_id = p.id
            AND i.system IN (SELECT DISTINCT system FROM stage_identifier)
    )
    AND NOT EXISTS (SELECT FROM stage_known k WHERE k.patient_id = p.id)
    AND NOT EXISTS (
        SELECT FROM patients_patientidentifier i JOIN stage_refused r USING (system, value)
        WHERE i.clinic_id = %(clinic)s AND i.patient_id = p.id
    );
ANALYZE stage_gone;
