SELECT c.patient_id, c.field, c.before
    FROM patients_patientchange c
    WHERE c.clinic_id = %(clinic)s AND c.run_id IS NULL
        AND NOT EXISTS (
            SELECT FROM patients_patientchange later
            WHERE later.patient_id = c.patient_id AND later.field = c.field AND later.run_id IS NOT NULL
                AND later.id > c.id
        )
