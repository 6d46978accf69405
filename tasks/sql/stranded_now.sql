-- A clinic's open tasks whose holder cannot do them: no longer employed, no longer allowed by law or delegation,
-- or away all of the planned day (without one: today). One row a reason and holder, the first reason only.
-- tasks/stranded.py says more, and reads the whole clinic for it; this is for a page that is open all day.
SELECT reason, member_id, name, count(*)
FROM (
    SELECT m.id AS member_id, m.name,
        CASE
            WHEN m.ends_on < d.day OR m.starts_on > d.day OR m.profession = '' THEN 'ended'
            WHEN NOT (
                m.profession = ANY(k.professions)
                OR (t.part = 'prepare' AND m.profession = ANY(k.preparable_by))
                OR (m.profession = ANY(k.delegable_to) AND EXISTS (
                    SELECT FROM tasks_delegation g
                    JOIN patients_patient p ON p.list_doctor_id = g.doctor_id
                    WHERE p.id = t.patient_id AND g.member_id = m.id AND g.kind_id = t.kind_id
                        AND g.signed_at IS NOT NULL AND g.starts_on <= %(today)s
                        AND (g.ends_on IS NULL OR g.ends_on >= %(today)s)
                        AND (g.revoked_on IS NULL OR g.revoked_on > %(today)s)
                ))
            ) THEN 'may_not'
            WHEN t.opens_on <= d.day AND EXISTS (
                SELECT FROM teams_absence a
                WHERE a.member_id = m.id AND a.part = 'whole' AND d.day BETWEEN a.starts_on AND a.ends_on
            ) THEN 'away'
        END AS reason
    FROM tasks_task t
    JOIN teams_member m ON m.id = t.assignee_id
    JOIN tasks_taskkind k ON k.id = t.kind_id
    CROSS JOIN LATERAL (SELECT greatest(coalesce(t.planned_on, %(today)s), %(today)s) AS day) d
    WHERE t.clinic_id = %(clinic)s AND t.ended_at IS NULL
) held
WHERE reason IS NOT NULL
GROUP BY reason, member_id, name
ORDER BY array_position(ARRAY['ended', 'may_not', 'away'], reason), name, member_id
