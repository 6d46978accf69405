-- Whom programmes (`states`) are for and who have no plan in them, nor a decision about one (FollowUpPlan.LACKING): of all
-- clinics, or of `clinics` and `programmes` alone; at most `most` (null: all). Alive, on the list, not in an institution; with one of the programme's conditions, or
-- at least its number of drugs in use. A plan that was declined, finished, or stopped for the patient is kept as it is.
SELECT p.clinic_id, p.id AS programme_id, pt.id AS patient_id
FROM tasks_programme p
JOIN LATERAL (
    SELECT DISTINCT c.patient_id FROM patients_condition c
    WHERE c.clinic_id = p.clinic_id AND c.icpc2 = ANY(p.icpc2) AND c.ends_on IS NULL AND c.struck_at IS NULL
    UNION
    SELECT m.patient_id FROM patients_medication m
    WHERE p.icpc2 = '{}' AND p.min_drugs > 0 AND m.clinic_id = p.clinic_id
      AND (m.ends_on IS NULL OR m.ends_on > %(on)s)
    GROUP BY m.patient_id, p.min_drugs HAVING count(*) >= p.min_drugs
) found ON true
JOIN patients_patient pt ON pt.id = found.patient_id AND pt.clinic_id = p.clinic_id
WHERE p.state = ANY(%(states)s) AND p.by_condition AND NOT p.on_discharge
  AND (%(clinics)s::bigint[] IS NULL OR p.clinic_id = ANY(%(clinics)s::bigint[]))
  AND (%(programmes)s::bigint[] IS NULL OR p.id = ANY(%(programmes)s::bigint[]))
  AND pt.deceased_on IS NULL AND pt.moved_on IS NULL AND pt.institution_on IS NULL
  AND NOT EXISTS (
      SELECT FROM tasks_followupplan f
      WHERE f.patient_id = pt.id AND f.programme_id = p.id AND f.ended_as NOT IN ('gone', 'set')
  )
ORDER BY p.clinic_id, p.id, pt.id
LIMIT %(most)s::bigint
