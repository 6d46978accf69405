-- Rows that are about nobody who is taken in: taken away, and told of.
DELETE FROM stage_{kind} f
WHERE leader IS NULL AND patient_id IS NULL
RETURNING f.file, f.row, EXISTS (SELECT FROM stage_refused r WHERE (r.system, r.value) = (f.system, f.value));
