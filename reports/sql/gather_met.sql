-- Follow-up that a nurse or a doctor did: was it the one of that profession who last did something for the patient?
CREATE TEMP TABLE week_met ON COMMIT DROP AS
WITH colleague AS (
    SELECT clinic_id, profession, array_agg(id) AS members
    FROM teams_member
    WHERE profession IN ('doctor', 'nurse') AND clinic_id = ANY(%(clinics)s)
    GROUP BY clinic_id, profession
)
SELECT t.clinic_id, count(*)::int AS before, (count(*) FILTER (WHERE last.done_by_id = t.done_by_id))::int AS same
FROM __TASKS__ t
-- Not by the index on who did it (+ 0): the week's tasks are read once, from the index on when they ended.
JOIN teams_member m ON m.id = t.done_by_id + 0 AND m.profession IN ('doctor', 'nurse')
JOIN colleague ON colleague.clinic_id = m.clinic_id AND colleague.profession = m.profession
CROSS JOIN LATERAL (
    SELECT b.done_by_id
    FROM tasks_task b
    WHERE b.patient_id = t.patient_id AND b.ended_at < t.ended_at AND b.done_by_id = ANY(colleague.members)
    ORDER BY b.ended_at DESC
    LIMIT 1
) last
WHERE t.ended_at >= %(starts)s AND t.ended_at < %(ends)s AND t.clinic_id = ANY(%(clinics)s)
    AND t.state = 'done' AND t.plan_step_id IS NOT NULL
GROUP BY t.clinic_id
