-- Notes the stays in hospital that imports told of and that ended lately, for all clinics that have approved what then is
-- to be done; gives the new discharges. Nobody's who is dead, off the list or in an institution.
INSERT INTO patients_discharge (clinic_id, patient_id, encounter_id, hospital, department, discharged_on, at, mistaken)
SELECT DISTINCT ON (e.patient_id, (e.ends_at AT TIME ZONE 'Europe/Oslo')::date)
       e.clinic_id, e.patient_id, e.id, '', e.department, (e.ends_at AT TIME ZONE 'Europe/Oslo')::date, %(now)s, false
FROM patients_encounter e
JOIN patients_patient pt ON pt.id = e.patient_id
WHERE e.act_class IN ('IMP', 'ACUTE', 'NONAC') AND e.ends_at IS NOT NULL
  AND e.ends_at > %(since)s AND e.ends_at <= %(now)s
  AND pt.deceased_on IS NULL AND pt.moved_on IS NULL AND pt.institution_on IS NULL
  AND EXISTS (
      SELECT FROM tasks_programme p WHERE p.clinic_id = e.clinic_id AND p.on_discharge AND p.state = 'approved'
  )
  AND NOT EXISTS (
      SELECT FROM patients_discharge d
      WHERE d.patient_id = e.patient_id AND d.discharged_on = (e.ends_at AT TIME ZONE 'Europe/Oslo')::date
  )
ORDER BY e.patient_id, (e.ends_at AT TIME ZONE 'Europe/Oslo')::date, e.id
ON CONFLICT DO NOTHING
RETURNING id
