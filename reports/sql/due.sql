-- Mondays of the weeks that are over and lack a report of some clinic that was in use by then, and those clinics; oldest
-- first. The week a clinic started in counts: what it did then should stand in some report.
SELECT due.monday, array_agg(due.clinic_id ORDER BY due.clinic_id) AS clinics
FROM (
    SELECT c.id AS clinic_id, first.monday + 7 * n.weeks AS monday
    FROM teams_clinic c
    CROSS JOIN LATERAL (SELECT c.started_on + 1 - extract(isodow FROM c.started_on)::int AS monday) first
    CROSS JOIN LATERAL generate_series(0, (%(last_monday)s::date - first.monday) / 7) AS n (weeks)
) due
WHERE (%(only)s::date IS NULL OR due.monday = %(only)s::date)
    AND NOT EXISTS (
        SELECT FROM reports_weeklyreport r
        WHERE r.clinic_id = due.clinic_id
            AND r.year = extract(isoyear FROM due.monday) AND r.week = extract(week FROM due.monday)
    )
GROUP BY due.monday
ORDER BY due.monday
