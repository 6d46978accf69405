-- Each member's days, as recorded: from when the first task done that day was begun until the last was done; and
-- minutes after 17.00, or at any time on a Saturday or Sunday, on the wall in Oslo. Which day a moment belongs to is
-- looked up among the week's eight midnights: asking the time zone for every task takes four times as long.
CREATE TEMP TABLE week_days ON COMMIT DROP AS
SELECT day.done_by_id AS member_id,
    count(*) FILTER (WHERE day.last - day.first > interval '10 hours')::int AS long_days,
    (extract(epoch FROM sum(day.late)) / 60)::int AS late_minutes
FROM (
    SELECT t.done_by_id, local.day,
        min(t.ended_at - t.minutes * interval '1 minute') AS first, max(t.ended_at) AS last,
        sum(least(t.minutes * interval '1 minute', t.ended_at - (%(evenings)s::timestamptz[])[local.day]))
            FILTER (WHERE t.ended_at > (%(evenings)s::timestamptz[])[local.day]) AS late
    FROM __TASKS__ t
    CROSS JOIN LATERAL (SELECT width_bucket(t.ended_at, %(midnights)s::timestamptz[]) AS day) local
    WHERE t.ended_at >= %(starts)s AND t.ended_at < %(ends)s AND t.clinic_id = ANY(%(clinics)s) AND t.state = 'done'
    GROUP BY t.done_by_id, local.day
) day
GROUP BY day.done_by_id
