-- Whole tasks that doctors did of kinds they may delegate. A delegation is personal and dated: it counts for that
-- doctor's own list patients, from the day it begins until the day it is taken back; work about nobody is never delegated.
CREATE TEMP TABLE week_delegable ON COMMIT DROP AS
WITH given AS MATERIALIZED (
    -- Where nobody at the clinic has ever been given a kind, no patient need be looked up.
    SELECT DISTINCT clinic_id, kind_id FROM tasks_delegation WHERE clinic_id = ANY(%(clinics)s)
),
personal AS MATERIALIZED (
    SELECT t.clinic_id, t.kind_id, t.origin, t.minutes, t.patient_id,
        (t.ended_at AT TIME ZONE 'Europe/Oslo')::date AS today, k.delegable_to,
        given.kind_id IS NOT NULL AS ever_given,
        coalesce(least(prepared.minutes, greatest(t.minutes - prepared.decide_minutes, 0)), 0) AS above
    FROM __TASKS__ t
    JOIN teams_member doctor ON doctor.id = t.done_by_id AND doctor.profession = 'doctor'
    JOIN tasks_taskkind k ON k.id = t.kind_id AND k.delegable_to <> '{}' AND k.return_rule = ''
        AND k.professions <@ '{doctor}'
    LEFT JOIN week_prepared prepared ON prepared.clinic_id = t.clinic_id AND prepared.kind_id = t.kind_id
    LEFT JOIN given ON given.clinic_id = t.clinic_id AND given.kind_id = t.kind_id
    WHERE t.ended_at >= %(starts)s AND t.ended_at < %(ends)s AND t.clinic_id = ANY(%(clinics)s)
        AND t.state = 'done' AND t.part = ''
)
SELECT personal.clinic_id, personal.kind_id, personal.origin, personal.patient_id IS NOT NULL AS on_a_list,
    delegated.yes AS delegated, count(*)::int AS tasks,
    sum(personal.minutes)::int AS minutes, sum(personal.above)::int AS above
FROM personal
CROSS JOIN LATERAL (
    SELECT personal.ever_given AND EXISTS (
        SELECT
        FROM patients_patient p
        JOIN tasks_delegation d ON d.doctor_id = p.list_doctor_id AND d.kind_id = personal.kind_id
        JOIN teams_member delegate ON delegate.id = d.member_id
        WHERE p.id = personal.patient_id
            AND delegate.profession = ANY(personal.delegable_to)
            AND delegate.starts_on <= personal.today
            AND (delegate.ends_on IS NULL OR delegate.ends_on >= personal.today)
            AND d.signed_at IS NOT NULL AND d.starts_on <= personal.today
            AND (d.ends_on IS NULL OR d.ends_on >= personal.today)
            AND (d.revoked_on IS NULL OR d.revoked_on > personal.today)
    ) AS yes
) delegated
GROUP BY personal.clinic_id, personal.kind_id, personal.origin, personal.patient_id IS NOT NULL, delegated.yes
