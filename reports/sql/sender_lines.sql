-- INSERT INTO reports_senderline: hospitals' work by department.
INSERT INTO reports_senderline (clinic_id, report_id, sender, kind_id, done, done_minutes, doctor_minutes, returned)
SELECT r.clinic_id, r.id, s.sender, s.kind_id, s.done, s.minutes, s.doctor_minutes, s.returned
FROM week_sent s
JOIN week_report r ON r.clinic_id = s.clinic_id
ORDER BY r.id, s.sender, s.kind_id -- a query without would give them in any order
