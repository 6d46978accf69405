-- What ended in the week, a row for each way of counting it: every line of the report about done work is a sum of these.
-- `above` are the minutes over the doctor's own part, at most what preparing takes.
CREATE TEMP TABLE week_ended ON COMMIT DROP AS
SELECT t.clinic_id, t.done_by_id, t.kind_id, t.origin, t.part, t.state, t.logged,
    count(*)::int AS tasks,
    coalesce(sum(t.minutes), 0)::int AS minutes,
    coalesce(sum(t.planned_minutes) FILTER (WHERE t.state = 'done' AND NOT t.logged), 0)::int AS planned_minutes,
    coalesce(sum(least(prepared.minutes, greatest(t.minutes - prepared.decide_minutes, 0))), 0)::int AS above
FROM __TASKS__ t
LEFT JOIN week_prepared prepared ON prepared.clinic_id = t.clinic_id AND prepared.kind_id = t.kind_id
WHERE t.ended_at >= %(starts)s AND t.ended_at < %(ends)s AND t.clinic_id = ANY(%(clinics)s)
GROUP BY t.clinic_id, t.done_by_id, t.kind_id, t.origin, t.part, t.state, t.logged
