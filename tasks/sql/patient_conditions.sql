-- What each lives with, of what is followed.
SELECT p.patient_id, count(*) AS conditions, array_agg(p.icpc2 ORDER BY p.icpc2) AS codes
FROM patients_condition p
WHERE p.clinic_id = %(clinic)s AND p.ends_on IS NULL AND p.struck_at IS NULL AND __OF__
GROUP BY p.patient_id
