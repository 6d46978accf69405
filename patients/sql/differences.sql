SELECT a.patient_id, d.field, coalesce(d.before, '') AS before, coalesce(d.after, '') AS after
    FROM stage_amended a JOIN patients_patient p ON p.id = a.patient_id,
    LATERAL (VALUES
        ('given_name', p.given_name, a.given_name),
        ('family_name', p.family_name, a.family_name),
        ('birth_date', p.birth_date::text, a.birth_date::text),
        ('sex', p.sex, a.sex),
        ('list_doctor', p.list_doctor_id::text, a.list_doctor_id::text),
        ('usual_nurse', p.usual_nurse_id::text, a.usual_nurse_id::text),
        ('home_care', CASE WHEN p.home_care THEN '1' END, CASE WHEN a.home_care THEN '1' END),
        ('deceased_on', p.deceased_on::text, a.deceased_on::text),
        ('moved_on', p.moved_on::text, a.moved_on::text)
    ) d (field, before, after)
    WHERE d.before IS DISTINCT FROM d.after
