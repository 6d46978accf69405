-- Stops the plans of those who have died or left the list, and cancels what was open of them, for all clinics. For one
-- patient (`patient`, when somebody says so, `by`) all that is open ends, but the kinds that stay to be done (`stays`).
WITH gone AS (
    SELECT p.id AS plan_id, p.patient_id,
           CASE WHEN pt.deceased_on IS NULL THEN 'ute av listen' ELSE 'død' END AS reason,
           CASE WHEN pt.deceased_on IS NULL THEN 'moved' ELSE 'dead' END AS closing,
           least(coalesce(pt.deceased_on, pt.moved_on), %(today)s) AS gone_on
    FROM tasks_followupplan p JOIN patients_patient pt ON pt.id = p.patient_id
    WHERE p.state = 'active' AND (pt.deceased_on IS NOT NULL OR pt.moved_on <= %(today)s)
      AND (%(patient)s::bigint IS NULL OR p.patient_id = %(patient)s)
), stopped AS (
    UPDATE tasks_followupplan p SET state = 'stopped', ended_on = gone_on, end_reason = reason
    FROM gone WHERE p.id = gone.plan_id
), silent AS (
    UPDATE tasks_planstep ps SET waiting = false FROM gone WHERE ps.plan_id = gone.plan_id AND ps.waiting
), found AS (
    SELECT t.id, gone.reason, gone.closing
    FROM gone
    JOIN tasks_planstep ps ON ps.plan_id = gone.plan_id
    JOIN tasks_task t ON t.plan_step_id = ps.id AND t.ended_at IS NULL
    UNION
    SELECT t.after_id, gone.reason, gone.closing
    FROM gone
    JOIN tasks_planstep ps ON ps.plan_id = gone.plan_id
    JOIN tasks_task t ON t.plan_step_id = ps.id AND t.ended_at IS NULL AND t.after_id IS NOT NULL
    UNION
    SELECT t.id, CASE WHEN pt.deceased_on IS NULL THEN 'ute av listen' ELSE 'død' END,
           CASE WHEN pt.deceased_on IS NULL THEN 'moved' ELSE 'dead' END
    FROM tasks_task t
    JOIN patients_patient pt ON pt.id = t.patient_id
    JOIN tasks_taskkind k ON k.id = t.kind_id
    WHERE t.patient_id = %(patient)s AND t.ended_at IS NULL AND k.slug <> ALL(%(stays)s)
), still_open AS (
    SELECT t.id, t.state, found.reason, found.closing
    FROM tasks_task t JOIN found ON found.id = t.id
    WHERE t.ended_at IS NULL
    ORDER BY t.id FOR UPDATE OF t
), cancelled AS (
    UPDATE tasks_task t SET state = 'cancelled', closing = still_open.closing, ended_at = %(now)s, version = t.version + 1,
        timer_from = NULL
    FROM still_open WHERE t.id = still_open.id
    RETURNING t.id, t.clinic_id, t.assignee_id, still_open.state AS from_state, still_open.reason, t.closing
), noted AS (
    INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, from_member_id, to_member_id,
                                 by_id, at, effective_at, reason, after)
    SELECT clinic_id, id, 'cancel', from_state, 'cancelled', assignee_id, assignee_id, %(by)s, %(now)s, %(now)s, reason,
           jsonb_build_object('closing', closing, 'timer_from', NULL)
    FROM cancelled ORDER BY id
)
SELECT count(*) FROM cancelled
