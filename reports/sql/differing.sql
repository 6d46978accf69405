-- Which of these reports are not what another edition of the same week says: every number of the header and the lines
-- of both, with a sign, so that what is equal adds up to nothing. Lines per person say nothing that their sums do not.
WITH pair AS (
    SELECT made.id AS report_id, made.clinic_id, 1 AS sign, made.id AS made
    FROM reports_weeklyreport made
    WHERE made.id = ANY(%(reports)s)
    UNION ALL
    SELECT stood.id, stood.clinic_id, -1, made.id
    FROM reports_weeklyreport made
    JOIN reports_weeklyreport stood ON stood.clinic_id = made.clinic_id AND stood.year = made.year
        AND stood.week = made.week AND stood.revision = made.revision - 1
    WHERE made.id = ANY(%(reports)s)
),
number AS (
    SELECT pair.made, pair.sign, to_jsonb(r) - '{id,revision,closed_at}'::text[] AS said
    FROM pair JOIN reports_weeklyreport r ON r.id = pair.report_id
    UNION ALL
    SELECT pair.made, pair.sign, to_jsonb(l) - '{id,report_id}'::text[] - %(but)s::text[]
    FROM pair JOIN reports_capacityline l ON l.report_id = pair.report_id AND l.member_id IS NULL
    UNION ALL
    SELECT pair.made, pair.sign, to_jsonb(l) - '{id,report_id}'::text[]
    FROM pair JOIN reports_workline l ON l.report_id = pair.report_id
    UNION ALL
    SELECT pair.made, pair.sign, to_jsonb(l) - '{id,report_id}'::text[]
    FROM pair JOIN reports_movableline l ON l.report_id = pair.report_id
    UNION ALL
    SELECT pair.made, pair.sign, to_jsonb(l) - '{id,report_id}'::text[]
    FROM pair JOIN reports_senderline l ON l.report_id = pair.report_id
)
SELECT DISTINCT r.clinic_id
FROM (SELECT made FROM number GROUP BY made, said HAVING sum(sign) <> 0) other
JOIN reports_weeklyreport r ON r.id = other.made
ORDER BY r.clinic_id
