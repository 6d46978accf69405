-- How many would be taken off the list whom the preview did not show.
SELECT count(*) FROM stage_gone g
WHERE NOT EXISTS (
    SELECT FROM patients_importchange c
    WHERE (c.clinic_id, c.run_id, c.fate, c.patient_id) = (%(clinic)s, %(run)s, 'gone', g.patient_id)
)
