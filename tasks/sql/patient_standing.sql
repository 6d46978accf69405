-- Where each patient with a plan stands: does one run, when was anything of any done last, and the first due date of
-- what waits or is open; and the first day after which one of them is no more on time (due, and a twelfth of the
-- interval: Rhythm.grace). Of whom is filled in: all of the clinic, or some.
SELECT p.patient_id, bool_or(p.state = 'active') AS running, max(ps.last_done_on) AS last_done,
       min(coalesce(t.due_on, ps.due_on)) FILTER (
           WHERE p.state = 'active' AND (t.id IS NOT NULL OR (ps.waiting AND NOT s.retired))
       ) AS next_due,
       min(coalesce(t.due_on, ps.due_on) + CASE
           WHEN s.hard OR s.rule = 'once' THEN 0
           WHEN ps.interval_months IS NOT NULL THEN (ps.interval_months * 365 / 12 + ps.interval_days) / 12
           ELSE (s.interval_months * 365 / 12 + s.interval_days) / 12
       END) FILTER (
           WHERE p.state = 'active' AND (t.id IS NOT NULL OR (ps.waiting AND NOT s.retired))
       ) AS on_time_until
FROM tasks_followupplan p
LEFT JOIN tasks_planstep ps ON ps.plan_id = p.id
LEFT JOIN tasks_step s ON s.id = ps.step_id
LEFT JOIN tasks_task t ON t.plan_step_id = ps.id AND t.ended_at IS NULL
WHERE p.clinic_id = %(clinic)s AND __OF__
GROUP BY p.patient_id
