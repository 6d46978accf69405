-- The people of the import. The last row has the last word, but nothing known is made unknown.
INSERT INTO stage_person
SELECT p.leader,
    -- A person who turned out to be two patients keeps none of them, and is refused below.
    CASE WHEN count(DISTINCT i.value) = 1 THEN min(i.value)::bigint END,
    count(i.value) > 0,
    CASE
        WHEN count(DISTINCT i.value) > 1 THEN 'two_patients'
        WHEN min(p.birth_date) <> max(p.birth_date) THEN 'two_birth_dates'
    END,
    (array_agg(p.given_name ORDER BY p.seq DESC))[1],
    (array_agg(p.family_name ORDER BY p.seq DESC))[1],
    (array_agg(p.birth_date ORDER BY p.seq DESC))[1],
    coalesce((array_agg(p.sex ORDER BY p.seq DESC) FILTER (WHERE p.sex <> 'unknown'))[1], 'unknown'),
    (array_agg(p.list_doctor_id ORDER BY p.seq DESC) FILTER (WHERE p.list_doctor_id IS NOT NULL))[1],
    (array_agg(p.deceased_on ORDER BY p.deceased_exact DESC, p.seq DESC) FILTER (WHERE p.deceased_on IS NOT NULL))[1],
    coalesce(bool_or(p.deceased_exact) FILTER (WHERE p.deceased_on IS NOT NULL), true),
    bool_or(p.all_drugs_told),
    count(DISTINCT p.seq)
FROM stage_patient p LEFT JOIN stage_identifier i ON i.seq = p.seq AND i.system = '#patient'
GROUP BY p.leader;
-- The same identifier, but another birth date and another name altogether: somebody else's number.
UPDATE stage_person s SET fault = 'another_person'
FROM patients_patient p
WHERE p.clinic_id = %(clinic)s AND p.id = s.patient_id AND s.fault IS NULL AND p.birth_date <> s.birth_date
    AND lower(p.given_name) <> lower(s.given_name) AND lower(p.family_name) <> lower(s.family_name);
INSERT INTO stage_refused
SELECT DISTINCT i.system, i.value
FROM stage_person s JOIN stage_patient p USING (leader) JOIN stage_identifier i USING (seq)
WHERE s.fault IS NOT NULL AND i.system <> '#patient';
