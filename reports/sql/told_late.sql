-- The clinics where something was told after the newest edition of this week was made that may belong to it: work
-- logged or set right afterwards, and absence.
SELECT r.clinic_id
FROM (
    SELECT DISTINCT ON (clinic_id) clinic_id, closed_at
    FROM reports_weeklyreport
    WHERE year = %(year)s AND week = %(week)s
    ORDER BY clinic_id, revision DESC
) r
WHERE r.clinic_id IN (
    SELECT e.clinic_id FROM tasks_taskevent e
    WHERE e.verb IN ('log', 'correct') AND e.at >= %(ends)s AND e.at > r.closed_at AND e.at <= %(known)s
        AND (e.verb = 'correct' OR e.effective_at < %(ends)s)
    UNION ALL
    SELECT a.clinic_id FROM teams_absence a
    WHERE a.at > r.closed_at AND a.starts_on <= %(sunday)s AND a.ends_on >= %(monday)s
)
ORDER BY r.clinic_id
