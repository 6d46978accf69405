-- Stops the plans of those who have died or left the list, and cancels what was open, for all clinics.
WITH gone AS (
    SELECT p.id AS plan_id,
           CASE WHEN pt.deceased_on IS NULL THEN 'ute av listen' ELSE 'død' END AS reason,
           CASE WHEN pt.deceased_on IS NULL THEN 'moved' ELSE 'dead' END AS closing,
           least(coalesce(pt.deceased_on, pt.moved_on), %(today)s) AS gone_on
    FROM tasks_followupplan p JOIN patients_patient pt ON pt.id = p.patient_id
    WHERE p.state = 'active' AND (pt.deceased_on IS NOT NULL OR pt.moved_on <= %(today)s)
), stopped AS (
    UPDATE tasks_followupplan p SET state = 'stopped', ended_on = gone_on, end_reason = reason
    FROM gone WHERE p.id = gone.plan_id
), silent AS (
    UPDATE tasks_planstep ps SET waiting = false FROM gone WHERE ps.plan_id = gone.plan_id AND ps.waiting
), still_open AS (
    SELECT t.id, t.state, gone.reason, gone.closing
    FROM gone
    JOIN tasks_planstep ps ON ps.plan_id = gone.plan_id
    JOIN tasks_task t ON t.plan_step_id = ps.id AND t.ended_at IS NULL
    FOR UPDATE OF t
), cancelled AS (
    UPDATE tasks_task t SET state = 'cancelled', closing = still_open.closing, ended_at = %(now)s, version = t.version + 1,
        timer_from = NULL
    FROM still_open WHERE t.id = still_open.id
    RETURNING t.id, t.clinic_id, t.assignee_id, still_open.state AS from_state, still_open.reason, t.closing
), noted AS (
    INSERT INTO tasks_taskevent (clinic_id, task_id, verb, from_state, to_state, from_member_id, to_member_id,
                                 at, effective_at, reason, after)
    SELECT clinic_id, id, 'cancel', from_state, 'cancelled', assignee_id, assignee_id, %(now)s, %(now)s, reason,
           jsonb_build_object('closing', closing)
    FROM cancelled
)
SELECT count(*) FROM cancelled
