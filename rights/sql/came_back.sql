-- Notes which deleted numbers an import has brought back, and as whom. Returns how many were noted now.
CREATE FUNCTION rights_came_back() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH back AS (
        UPDATE rights_tombstone t SET back_id = i.patient_id, back_at = now()
        FROM patients_patientidentifier i
        WHERE i.clinic_id = t.clinic_id AND t.back_id IS NULL AND t.accepted_by_id IS NULL
            AND t.digest = sha256(t.salt || convert_to(i.system || '|' || i.value, 'UTF8'))
        RETURNING t.id
    )
    SELECT count(*) FROM back
$$
