-- How many drugs each has in use. Found by patient: that is the index there is.
SELECT p.id AS patient_id, count(*) AS drugs
FROM patients_patient p JOIN patients_medication m ON m.patient_id = p.id
WHERE p.clinic_id = %(clinic)s AND (m.ends_on IS NULL OR m.ends_on > %(today)s) AND __OF__
GROUP BY p.id
