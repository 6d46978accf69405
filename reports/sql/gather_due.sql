-- Follow-up and hard deadlines that fell due in the week, and what became of them in time: before the midnight after the
-- day, of which the week has seven; asking the time zone for every task takes longer than reading it.
CREATE TEMP TABLE week_due ON COMMIT DROP AS
SELECT t.clinic_id,
    (count(*) FILTER (WHERE t.plan_step_id IS NOT NULL))::int AS followups,
    (count(*) FILTER (WHERE t.plan_step_id IS NOT NULL AND in_time.yes))::int AS followups_in_time,
    (count(*) FILTER (WHERE t.hard))::int AS hard,
    (count(*) FILTER (WHERE t.hard AND NOT in_time.yes))::int AS hard_missed
FROM __TASKS__ t
CROSS JOIN LATERAL (
    SELECT t.state = 'done'
        AND t.ended_at < ((%(midnights)s::timestamptz[])[2:] || %(ends)s::timestamptz)[t.due_on - %(monday)s::date + 1] AS yes
) in_time
WHERE t.due_on BETWEEN %(monday)s AND %(sunday)s AND t.opened_at < %(ends)s AND t.clinic_id = ANY(%(clinics)s)
    AND (t.plan_step_id IS NOT NULL OR t.hard)
    -- Called off before the week was over: no longer due to anybody. Expired ones stay: they were missed.
    AND NOT (t.state IN ('cancelled', 'returned') AND t.ended_at < %(ends)s)
GROUP BY t.clinic_id
