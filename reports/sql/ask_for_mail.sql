-- INSERT INTO reports_delivery: one for everybody who had asked when the week was closed and works there still, with an
-- access that is approved, of all clinics; the week's first edition, once.
INSERT INTO reports_delivery (clinic_id, recipient_id, report_id, year, week, state, attempts, problem, next_at, at)
SELECT r.clinic_id, r.id, report.id, report.year, report.week, 'waiting', 0, '', %(now)s, %(now)s
FROM reports_recipient r
JOIN teams_member m ON m.id = r.member_id
    AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
    AND m.access_until >= %(today)s
JOIN reports_weeklyreport report ON report.clinic_id = r.clinic_id AND report.year = %(year)s
    AND report.week = %(week)s AND report.revision = 1 AND report.closed_at > r.asked_at
ON CONFLICT (recipient_id, year, week) DO NOTHING
