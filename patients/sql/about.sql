SELECT f.*, coalesce(own.patient_id, named.patient_id, here.patient_id) AS patient_id,
        coalesce(NOT own.known, named.born, false) AS born
    FROM stage_{kind} f
    LEFT JOIN stage_shared tied ON tied.seq = f.about
    LEFT JOIN stage_person own ON own.leader = coalesce(tied.leader, f.about) AND own.fault IS NULL
    LEFT JOIN stage_name named ON (named.system, named.value) = (f.system, f.value)
    LEFT JOIN (
        SELECT i.system, i.value, i.patient_id
        FROM patients_patientidentifier i
        WHERE i.clinic_id = %(clinic)s
            AND NOT EXISTS (SELECT FROM stage_refused r WHERE (r.system, r.value) = (i.system, i.value))
    ) here ON (here.system, here.value) = (f.system, f.value)
