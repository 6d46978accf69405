-- The clinics that lack a report of the week, of those that were in use by its end. The week a clinic started in
-- counts: what it did then should stand in some report.
SELECT c.id
FROM teams_clinic c
WHERE c.started_on <= %(sunday)s
    AND NOT EXISTS (
        SELECT FROM reports_weeklyreport r
        WHERE r.clinic_id = c.id AND r.year = %(year)s AND r.week = %(week)s
    )
ORDER BY c.id
