-- The clinics where something was told after the newest edition of this week was made, and since the weeks were last
-- looked at, that may belong to it: work logged, set right or taken back afterwards, and absence.
SELECT r.clinic_id
FROM (
    SELECT DISTINCT ON (clinic_id) clinic_id, closed_at
    FROM reports_weeklyreport
    WHERE year = %(year)s AND week = %(week)s
    ORDER BY clinic_id, revision DESC
) r
WHERE r.clinic_id IN (
    SELECT e.clinic_id FROM tasks_taskevent e
    WHERE e.verb IN ('log', 'correct', 'undo') AND e.at >= %(ends)s AND e.at > greatest(r.closed_at, %(since)s) AND e.at <= %(known)s
        AND (e.verb = 'correct' OR e.verb = 'log' AND e.effective_at < %(ends)s
            OR e.verb = 'undo' AND e.from_state = 'done' AND e.to_state = 'cancelled')
    UNION ALL
    SELECT a.clinic_id FROM teams_absence a
    WHERE a.at > greatest(r.closed_at, %(since)s) -- also one that was changed and no longer reaches into the week
)
ORDER BY r.clinic_id
