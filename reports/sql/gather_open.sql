-- What was opened in the week, and what was left overdue when it ended (by how many days), by kind and origin.
CREATE TEMP TABLE week_open ON COMMIT DROP AS
SELECT t.clinic_id, t.kind_id, t.origin, count(*)::int AS opened,
    0 AS overdue, 0 AS overdue_7_days, 0 AS overdue_14_days, 0 AS overdue_28_days
FROM __TASKS__ t
WHERE t.opened_at >= %(starts)s AND t.opened_at < %(ends)s AND t.clinic_id = ANY(%(clinics)s)
GROUP BY t.clinic_id, t.kind_id, t.origin
UNION ALL
SELECT late.clinic_id, late.kind_id, late.origin, 0, count(*)::int,
    count(*) FILTER (WHERE late.days > 7)::int, count(*) FILTER (WHERE late.days > 14)::int,
    count(*) FILTER (WHERE late.days > 28)::int
FROM (
    -- The two halves of "not ended when the week ended" apart, each with its own index (one OR scans it all).
    SELECT t.clinic_id, t.kind_id, t.origin, %(sunday)s - t.due_on AS days
    FROM __TASKS__ t
    WHERE t.ended_at IS NULL AND t.due_on <= %(sunday)s AND t.opened_at < %(ends)s AND t.clinic_id = ANY(%(clinics)s)
    UNION ALL
    SELECT t.clinic_id, t.kind_id, t.origin, %(sunday)s - t.due_on
    FROM __TASKS__ t
    WHERE t.ended_at >= %(ends)s AND t.due_on <= %(sunday)s AND t.opened_at < %(ends)s AND t.clinic_id = ANY(%(clinics)s)
) late
GROUP BY late.clinic_id, late.kind_id, late.origin
