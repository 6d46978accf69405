-- Of these clinics, those that lack a report of the week: somebody else may have closed it for them in the meantime.
SELECT c.id
FROM unnest(%(clinics)s::bigint[]) AS c (id)
WHERE NOT EXISTS (
    SELECT FROM reports_weeklyreport r
    WHERE r.clinic_id = c.id AND r.year = %(year)s AND r.week = %(week)s
)
ORDER BY c.id
