-- What ended in the week of what hospitals sent, by department and kind.
CREATE TEMP TABLE week_sent ON COMMIT DROP AS
SELECT t.clinic_id, trim(t.sender) AS sender, t.kind_id,
    (count(*) FILTER (WHERE t.state = 'done'))::int AS done, coalesce(sum(t.minutes), 0)::int AS minutes,
    coalesce(sum(t.minutes) FILTER (WHERE m.profession = 'doctor'), 0)::int AS doctor_minutes,
    (count(*) FILTER (WHERE t.state = 'returned'))::int AS returned
FROM __TASKS__ t
LEFT JOIN teams_member m ON m.id = t.done_by_id
WHERE t.origin = 'hospital' AND t.ended_at >= %(starts)s AND t.ended_at < %(ends)s AND t.clinic_id = ANY(%(clinics)s)
    AND t.state IN ('done', 'returned')
GROUP BY t.clinic_id, trim(t.sender), t.kind_id
