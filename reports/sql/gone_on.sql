-- Of these clinics, those where something has been recorded since the week was over: their rows no longer stand as
-- they stood then (as_it_stood.sql). Closing just after midnight, that is hardly anybody.
SELECT DISTINCT e.clinic_id
FROM tasks_taskevent e
WHERE e.at >= %(ends)s AND e.clinic_id = ANY(%(clinics)s)
