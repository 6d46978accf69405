-- Plans of `clinic` that run as the PlanRun `run` began them: nobody has changed them since, and nothing has been done of
-- them, nor of what is prepared or taken before it: no task begun on, no attempt at reaching the patient, none ended.
SELECT p.id, p.patient_id
FROM tasks_followupplan p
JOIN LATERAL (
    SELECT e.at, e.after FROM tasks_planevent e WHERE e.plan_id = p.id ORDER BY e.at DESC, e.id DESC LIMIT 1
) last ON (last.after ->> 'run')::bigint = %(run)s
WHERE p.clinic_id = %(clinic)s AND p.programme_id = ANY(%(programmes)s::bigint[])
  AND p.state = 'active' AND p.discharge_id IS NULL
  AND NOT EXISTS (
      -- By the patient: no index leads from an occasion to tasks that have ended.
      SELECT FROM tasks_task t
      JOIN tasks_planstep ps ON ps.id = t.plan_step_id AND ps.plan_id = p.id
      CROSS JOIN LATERAL (
          SELECT t.state, t.attempts, t.timed, t.ended_at
          UNION ALL
          SELECT prepared.state, prepared.attempts, prepared.timed, prepared.ended_at
          FROM tasks_task prepared WHERE prepared.id = t.after_id
          UNION ALL
          SELECT led.state, led.attempts, led.timed, led.ended_at
          FROM tasks_task led WHERE led.patient_id = p.patient_id AND led.leads_to_id = t.id
      ) of_it
      WHERE t.patient_id = p.patient_id
        -- What ended before is of an earlier time that the patient had the plan.
        AND (t.ended_at IS NULL OR greatest(t.opened_at, t.ended_at) >= last.at)
        AND (of_it.state = 'started' OR of_it.attempts > 0 OR of_it.timed > 0 OR of_it.ended_at IS NOT NULL)
  )
ORDER BY p.id
