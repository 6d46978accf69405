-- A clinic's open tasks whose holder cannot do them: no longer employed, no longer allowed by law or delegation,
-- or away all of the planned day (without one: today). One row a reason and holder, the first reason only.
-- tasks/stranded.py says more, and reads the whole clinic for it; this is for a page that is open all day: what people
-- hold is added up from the index alone (task_worklist), and only what the profession does not settle is looked at.
WITH held AS MATERIALIZED (
    SELECT t.assignee_id, t.kind_id, t.part, greatest(coalesce(t.planned_on, %(today)s), %(today)s) AS day,
        t.opens_on <= greatest(coalesce(t.planned_on, %(today)s), %(today)s) AS can_be_done, count(*) AS n
    FROM tasks_task t
    WHERE t.clinic_id = %(clinic)s AND t.ended_at IS NULL AND t.assignee_id IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
), sorts AS MATERIALIZED (
    SELECT DISTINCT h.assignee_id, h.kind_id, h.part, m.profession = ANY(k.delegable_to) AS by_delegation
    FROM held h JOIN teams_member m ON m.id = h.assignee_id JOIN tasks_taskkind k ON k.id = h.kind_id
    WHERE NOT (m.profession = ANY(k.professions) OR (h.part = 'prepare' AND m.profession = ANY(k.preparable_by)))
), unlawful AS (
    SELECT t.assignee_id, t.kind_id, t.part, greatest(coalesce(t.planned_on, %(today)s), %(today)s) AS day,
        t.opens_on <= greatest(coalesce(t.planned_on, %(today)s), %(today)s) AS can_be_done, count(*) AS n
    FROM sorts JOIN tasks_task t USING (assignee_id, kind_id, part)
    WHERE t.clinic_id = %(clinic)s AND t.ended_at IS NULL AND NOT (by_delegation AND EXISTS (
        SELECT FROM tasks_delegation g
        JOIN patients_patient p ON p.list_doctor_id = g.doctor_id
        WHERE p.id = t.patient_id AND g.member_id = t.assignee_id AND g.kind_id = t.kind_id
            AND g.signed_at IS NOT NULL AND g.starts_on <= %(today)s
            AND (g.ends_on IS NULL OR g.ends_on >= %(today)s)
            AND (g.revoked_on IS NULL OR g.revoked_on > %(today)s)
    ))
    GROUP BY 1, 2, 3, 4, 5
), judged AS (
    SELECT m.id AS member_id, m.name, h.n, coalesce(u.n, 0) AS unlawful,
        coalesce(m.ends_on < h.day, false) OR m.starts_on > h.day OR m.profession = '' AS ended,
        h.can_be_done AND EXISTS (
            SELECT FROM teams_absence a
            WHERE a.member_id = m.id AND a.part = 'whole' AND h.day BETWEEN a.starts_on AND a.ends_on
        ) AS away
    FROM held h JOIN teams_member m ON m.id = h.assignee_id
    LEFT JOIN unlawful u USING (assignee_id, kind_id, part, day, can_be_done)
)
SELECT reason, member_id, name, sum(tasks)::int
FROM judged CROSS JOIN LATERAL (VALUES
    ('ended', CASE WHEN ended THEN n END),
    ('may_not', CASE WHEN NOT ended THEN unlawful END),
    ('away', CASE WHEN NOT ended AND away THEN n - unlawful END)
) AS of (reason, tasks)
WHERE tasks > 0
GROUP BY reason, member_id, name
ORDER BY array_position(ARRAY['ended', 'may_not', 'away'], reason), name, member_id
