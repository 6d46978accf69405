-- Unusual access in a clinic from a moment to a moment, one row for each rule, person, day and patient (0: not about one),
-- with the latest review of it. Only what somebody opened counts: who stands on a list is not chosen by who reads it.
-- Thresholds are tasks/data/unusual_access.toml's. %(working)s are the days that are no weekend and no holiday.
WITH opened AS MATERIALIZED (
    SELECT a.member_id, a.patient_id, (a.at AT TIME ZONE 'Europe/Oslo')::date AS day,
        min(a.at) AS first_at, count(*)::int AS times,
        bool_or(extract(hour FROM a.at AT TIME ZONE 'Europe/Oslo') NOT BETWEEN %(earliest)s AND %(latest)s - 1) AS late
    FROM patients_patientaccess a
    WHERE a.clinic_id = %(clinic)s AND a.at >= %(starts)s AND a.at < %(ends)s AND a.what <> 'eksport av liste'
        AND a.ground <> 'innsyn for pasienten'
    GROUP BY 1, 2, 3
), looker AS MATERIALIZED (
    SELECT m.id, m.access, lower(m.name) AS name, lower(regexp_replace(m.name, '^.*\s', '')) AS surname
    FROM teams_member m WHERE m.clinic_id = %(clinic)s
), about AS MATERIALIZED (
    SELECT p.id, lower(p.given_name || ' ' || p.family_name) AS name, lower(p.family_name) AS surname,
        p.list_doctor_id, p.usual_nurse_id
    FROM patients_patient p WHERE p.clinic_id = %(clinic)s AND p.id IN (SELECT patient_id FROM opened)
), common AS (
    SELECT lower(family_name) AS surname FROM patients_patient WHERE clinic_id = %(clinic)s
    GROUP BY 1 HAVING count(*) >= %(common)s
), hourly AS MATERIALIZED (
    SELECT member_id, date_trunc('hour', at) AS hour, count(DISTINCT patient_id)::int AS patients
    FROM patients_patientaccess
    WHERE clinic_id = %(clinic)s AND at >= %(starts)s - make_interval(days => %(usual_days)s) AND at < %(ends)s
        AND what <> 'eksport av liste'
    GROUP BY 1, 2
), found AS (
    SELECT 'break_glass' AS rule, g.member_id, g.patient_id, (g.at AT TIME ZONE 'Europe/Oslo')::date AS day,
        min(g.at) AS first_at, count(*)::int AS times, string_agg(g.why || ': ' || g.reason, ' · ' ORDER BY g.at) AS told
    FROM patients_breakglass g WHERE g.clinic_id = %(clinic)s AND g.at >= %(starts)s AND g.at < %(ends)s GROUP BY 2, 3, 4
    UNION ALL
    SELECT DISTINCT 'colleague', o.member_id, o.patient_id, o.day, o.first_at, o.times, ''
    FROM opened o JOIN about p ON p.id = o.patient_id JOIN looker c ON c.name = p.name
    UNION ALL
    SELECT 'surname', o.member_id, o.patient_id, o.day, o.first_at, o.times, ''
    FROM opened o JOIN about p ON p.id = o.patient_id JOIN looker l ON l.id = o.member_id
    WHERE l.surname = p.surname AND NOT EXISTS (SELECT FROM common WHERE common.surname = p.surname)
    UNION ALL
    SELECT 'no_tie', o.member_id, o.patient_id, o.day, o.first_at, o.times, ''
    FROM opened o JOIN about p ON p.id = o.patient_id
    WHERE o.member_id IS DISTINCT FROM p.list_doctor_id AND o.member_id IS DISTINCT FROM p.usual_nurse_id
        AND NOT EXISTS (
            SELECT FROM tasks_task t
            WHERE t.patient_id = o.patient_id AND (t.assignee_id = o.member_id OR t.done_by_id = o.member_id)
                AND (t.ended_at IS NULL OR t.ended_at >= o.first_at - make_interval(days => %(tie_days)s))
        )
        AND NOT EXISTS (
            SELECT FROM tasks_task t JOIN tasks_taskevent e ON e.task_id = t.id
            WHERE t.patient_id = o.patient_id AND e.by_id = o.member_id
                AND e.at >= o.first_at - make_interval(days => %(tie_days)s)
        )
        AND NOT EXISTS (
            SELECT FROM tasks_followupplan f JOIN tasks_planevent e ON e.plan_id = f.id
            WHERE f.patient_id = o.patient_id AND e.by_id = o.member_id
        )
        AND NOT EXISTS (
            SELECT FROM patients_encounter e WHERE e.patient_id = o.patient_id
                AND e.starts_at >= o.first_at - make_interval(days => %(tie_days)s) AND e.starts_at <= o.first_at
        )
    UNION ALL
    SELECT 'hours', o.member_id, 0, o.day, min(o.first_at), count(*)::int, ''
    FROM opened o
    WHERE NOT EXISTS (
        SELECT FROM teams_duty d WHERE d.member_id = o.member_id AND (d.day = o.day OR (
            d.weekday = extract(isodow FROM o.day) AND d.starts_on <= o.day AND (d.ends_on IS NULL OR d.ends_on >= o.day)
        ))
    ) AND (
        o.late OR o.day <> ALL (%(working)s::date[])
        OR NOT EXISTS (
            SELECT FROM teams_workinghours h WHERE h.member_id = o.member_id AND h.weekday = extract(isodow FROM o.day)
                AND h.minutes > 0 AND h.starts_on <= o.day AND (h.ends_on IS NULL OR h.ends_on >= o.day)
        )
        OR EXISTS (
            SELECT FROM teams_absence a WHERE a.member_id = o.member_id AND a.part = 'whole'
                AND o.day BETWEEN a.starts_on AND a.ends_on
        )
    )
    GROUP BY 2, 4
    UNION ALL
    SELECT 'many', h.member_id, 0, (h.hour AT TIME ZONE 'Europe/Oslo')::date, min(h.hour), max(h.patients), ''
    FROM hourly h CROSS JOIN LATERAL (
        SELECT avg(b.patients) AS usual FROM hourly b WHERE b.member_id = h.member_id AND b.hour < %(starts)s
    ) before
    WHERE h.hour >= %(starts)s AND h.patients >= %(least)s AND h.patients >= %(factor)s * coalesce(before.usual, 0)
    GROUP BY 2, 4
)
SELECT f.rule, f.member_id, m.name, f.patient_id, f.day, f.first_at, f.times, f.told, r.note, r.by_name, r.at
FROM found f JOIN teams_member m ON m.id = f.member_id
LEFT JOIN LATERAL (
    SELECT w.note, by_m.name AS by_name, w.at FROM patients_accessreview w JOIN teams_member by_m ON by_m.id = w.by_id
    WHERE w.clinic_id = %(clinic)s AND w.rule = f.rule AND w.member_id = f.member_id AND w.day = f.day
        AND w.patient_id = f.patient_id
    ORDER BY w.id DESC LIMIT 1
) r ON true
WHERE (%(rule)s = '' OR f.rule = %(rule)s) AND (%(all)s OR r.note IS NULL)
ORDER BY array_position(%(order)s::text[], f.rule), f.day DESC, m.name, f.patient_id
LIMIT %(limit)s
