-- Whom each row is about: somebody in the import, else (unless refused there) somebody we know from before.
UPDATE stage_{kind} f SET leader = p.leader
FROM stage_identifier i JOIN stage_patient p USING (seq) JOIN stage_person s USING (leader)
WHERE (i.system, i.value) = (f.system, f.value) AND s.fault IS NULL;
UPDATE stage_{kind} f SET patient_id = i.patient_id
FROM patients_patientidentifier i
WHERE f.leader IS NULL AND (i.clinic_id, i.system, i.value) = (%(clinic)s, f.system, f.value)
    AND NOT EXISTS (SELECT FROM stage_refused r WHERE (r.system, r.value) = (f.system, f.value));
