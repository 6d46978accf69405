-- Rows that are about nobody who is taken in, and whether that is because the patient was refused.
SELECT f.file, f.row, f.about IS NOT NULL OR EXISTS (
    SELECT FROM stage_refused r WHERE (r.system, r.value) = (f.system, f.value)
)
FROM ({about}) f
WHERE f.patient_id IS NULL
ORDER BY f.seq;
