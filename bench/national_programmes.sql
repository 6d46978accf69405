-- What the first clinic has of programmes, approved, in every other.
UPDATE tasks_programme SET state = 'approved', approved_at = now(),
       approved_by_id = (SELECT min(id) FROM teams_member m WHERE m.clinic_id = tasks_programme.clinic_id);
INSERT INTO tasks_programme (clinic_id, slug, name, icpc2, min_drugs, by_condition, on_discharge, state, version,
                             approved_by_id, approved_at, source, certainty)
SELECT c.id, p.slug, p.name, p.icpc2, p.min_drugs, p.by_condition, p.on_discharge, p.state, 1,
       (SELECT min(id) FROM teams_member m WHERE m.clinic_id = c.id), now(), p.source, p.certainty
FROM teams_clinic c, tasks_programme p WHERE c.id <> p.clinic_id ORDER BY c.id, p.id;
INSERT INTO tasks_step (clinic_id, programme_id, slug, name, kind_id, interval_months, interval_days, opens_days_before,
                        closes_days_after, hard, minutes, rule, shares, lead_days, retired, source, certainty, position,
                        leads_to_id)
SELECT p.clinic_id, p.id, s.slug, s.name, s.kind_id, CASE WHEN s.leads_to_id IS NULL THEN s.interval_months ELSE 1 END,
       s.interval_days, s.opens_days_before, s.closes_days_after, s.hard, s.minutes, s.rule, s.shares, s.lead_days, false,
       s.source, s.certainty, s.position, NULL
FROM tasks_programme p
JOIN tasks_programme model ON model.slug = p.slug AND model.clinic_id <> p.clinic_id
JOIN tasks_step s ON s.programme_id = model.id
WHERE model.clinic_id = (SELECT min(id) FROM teams_clinic) ORDER BY p.id, s.position;
UPDATE tasks_step l SET leads_to_id = main.id, interval_months = 0
FROM tasks_step model_l JOIN tasks_step model_m ON model_m.id = model_l.leads_to_id, tasks_programme p, tasks_step main
WHERE p.id = l.programme_id AND l.slug = model_l.slug AND l.position = model_l.position AND l.leads_to_id IS NULL
  AND main.programme_id = l.programme_id AND main.slug = model_m.slug
  AND EXISTS (SELECT FROM tasks_programme mp WHERE mp.id = model_l.programme_id AND mp.slug = p.slug);
