-- Stops plans and cancels what was open of them. Of those who have died, left the list or live in an institution (which
-- then has the duty, § 29), for all clinics; for one patient (`patient`, when somebody says so, `by`) who is dead or gone
-- all that is open ends, but the kinds that stay to be done (`stays`). Or of `plans`, as `state`, `ended_as` and for the `reason` given.
WITH gone AS (
    SELECT p.id AS plan_id, p.clinic_id, p.patient_id, 'stopped' AS state, 'gone' AS ended_as,
           CASE WHEN pt.deceased_on IS NOT NULL THEN 'død' WHEN pt.moved_on <= %(today)s THEN 'ute av listen'
                ELSE 'på institusjon' END AS reason,
           CASE WHEN pt.deceased_on IS NOT NULL THEN 'dead' WHEN pt.moved_on <= %(today)s THEN 'moved'
                ELSE 'not_needed' END AS closing,
           least(coalesce(pt.deceased_on, CASE WHEN pt.moved_on <= %(today)s THEN pt.moved_on END, pt.institution_on),
                 %(today)s) AS gone_on
    FROM patients_patient pt JOIN tasks_followupplan p ON p.patient_id = pt.id AND p.state = 'active'
    WHERE %(plans)s::bigint[] IS NULL
      AND (pt.deceased_on IS NOT NULL OR pt.moved_on IS NOT NULL OR pt.institution_on IS NOT NULL)
      AND (pt.deceased_on IS NOT NULL OR pt.moved_on <= %(today)s OR pt.institution_on <= %(today)s)
      AND (%(patient)s::bigint IS NULL OR pt.id = %(patient)s)
    UNION ALL
    SELECT p.id, p.clinic_id, p.patient_id, %(state)s, %(ended_as)s, %(reason)s,
           CASE %(state)s WHEN 'declined' THEN 'declined' ELSE 'not_needed' END, %(today)s
    FROM tasks_followupplan p WHERE p.id = ANY(%(plans)s::bigint[]) AND p.state = 'active'
), stopped AS (
    UPDATE tasks_followupplan p SET state = gone.state, ended_as = gone.ended_as, ended_on = gone_on, end_reason = left(reason, 120)
    FROM gone WHERE p.id = gone.plan_id
), told AS (
    INSERT INTO tasks_planevent (clinic_id, plan_id, verb, by_id, at, reason)
    SELECT clinic_id, plan_id, CASE state WHEN 'declined' THEN 'decline' ELSE 'stop' END, %(by)s, %(now)s, left(reason, 200)
    FROM gone ORDER BY plan_id
), silent AS (
    UPDATE tasks_planstep ps SET waiting = false FROM gone WHERE ps.plan_id = gone.plan_id AND ps.waiting
), of_plan AS MATERIALIZED (
    SELECT t.id, t.after_id, gone.reason, gone.closing
    FROM gone
    JOIN tasks_planstep ps ON ps.plan_id = gone.plan_id
    JOIN tasks_task t ON t.plan_step_id = ps.id AND t.ended_at IS NULL
), found AS (
    SELECT id, reason, closing FROM of_plan
    UNION
    SELECT after_id, reason, closing FROM of_plan WHERE after_id IS NOT NULL
    UNION
    SELECT t.id, of_plan.reason, of_plan.closing
    FROM of_plan JOIN tasks_task t ON t.leads_to_id = of_plan.id AND t.ended_at IS NULL
    UNION
    SELECT t.id, CASE WHEN pt.deceased_on IS NULL THEN 'ute av listen' ELSE 'død' END,
           CASE WHEN pt.deceased_on IS NULL THEN 'moved' ELSE 'dead' END
    FROM tasks_task t
    JOIN patients_patient pt ON pt.id = t.patient_id
    JOIN tasks_taskkind k ON k.id = t.kind_id
    WHERE t.patient_id = %(patient)s AND t.ended_at IS NULL AND k.slug <> ALL(%(stays)s)
      AND (pt.deceased_on IS NOT NULL OR pt.moved_on <= %(today)s)
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
