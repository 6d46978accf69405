-- Who lacks follow-up (fastlegeforskriften § 24), of `clinics`: on the list and not in an institution, and
--   none      has a condition, or so many drugs, that an approved programme is for, and no plan in it;
--   long      has a plan, and nothing of it was done within `slack` of its shortest intervals, the patient's own counted;
--   apart     has next occasions of two plans within `ahead` days that may share a visit, more than `within` days apart;
--   declined  said no to a programme, or somebody stopped the plan: a decision, and shown only when it is asked for.
-- A plan that ended without anybody's deciding it for the patient (FollowUpPlan.LACKING: who moved and came back) is no
-- decision, also in a programme that people are enrolled in by hand. One row for each patient after the
-- key, with every reason, beside how many have each reason; one row without an id where there are none.
WITH on_list AS MATERIALIZED (
    SELECT pt.id, pt.clinic_id FROM patients_patient pt
    WHERE pt.clinic_id = ANY(%(clinics)s)
      AND pt.deceased_on IS NULL AND pt.moved_on IS NULL AND pt.institution_on IS NULL
      AND (%(doctor)s::bigint IS NULL OR pt.list_doctor_id = %(doctor)s)
      AND (NOT %(no_doctor)s OR pt.list_doctor_id IS NULL)
), in_use AS (
    SELECT pr.id, pr.clinic_id, pr.name, pr.icpc2, pr.min_drugs, pr.by_condition
    FROM tasks_programme pr
    WHERE pr.clinic_id = ANY(%(clinics)s) AND pr.state = 'approved' AND NOT pr.on_discharge
), drugs AS (
    SELECT o.id AS patient_id, o.clinic_id, count(*) AS drugs
    FROM on_list o JOIN patients_medication m ON m.patient_id = o.id
    WHERE m.ends_on IS NULL OR m.ends_on > %(today)s
    GROUP BY o.id, o.clinic_id
), meant AS (
    SELECT pr.id AS programme_id, pr.name, c.patient_id, array_agg(c.icpc2 ORDER BY c.icpc2)::text[] AS codes, 0 AS drugs
    FROM in_use pr CROSS JOIN unnest(pr.icpc2) AS about (icpc2)
    JOIN patients_condition c
        ON c.clinic_id = pr.clinic_id AND c.icpc2 = about.icpc2 AND c.ends_on IS NULL AND c.struck_at IS NULL
    WHERE pr.by_condition
    GROUP BY pr.id, pr.name, c.patient_id
    UNION ALL
    SELECT pr.id, pr.name, d.patient_id, '{}', d.drugs
    FROM in_use pr JOIN drugs d ON d.clinic_id = pr.clinic_id AND d.drugs >= pr.min_drugs
    WHERE pr.by_condition AND pr.icpc2 = '{}' AND pr.min_drugs > 0
), plans AS (
    SELECT p.id, p.patient_id, p.programme_id, pr.name, p.state, p.starts_on, p.ended_on, p.end_reason,
           p.ended_as, p.ended_as = 'person' AS decided
    FROM tasks_followupplan p JOIN in_use pr ON pr.id = p.programme_id
    WHERE p.clinic_id = ANY(%(clinics)s) AND p.discharge_id IS NULL
), none AS (
    SELECT m.patient_id, m.programme_id, m.name, m.codes, m.drugs, p.ended_on, p.end_reason
    FROM meant m LEFT JOIN plans p ON p.patient_id = m.patient_id AND p.programme_id = m.programme_id
    WHERE p.id IS NULL OR p.ended_as IN ('gone', 'set')
    UNION ALL
    SELECT p.patient_id, p.programme_id, p.name, '{}'::text[], 0, p.ended_on, p.end_reason
    FROM plans p
    WHERE p.ended_as IN ('gone', 'set') AND NOT EXISTS (
        SELECT FROM meant m WHERE m.patient_id = p.patient_id AND m.programme_id = p.programme_id)
      -- Of a programme by condition, whoever has the condition no more does not need it.
      AND NOT (SELECT pr.by_condition FROM in_use pr WHERE pr.id = p.programme_id)
), steps AS (
    SELECT p.id AS plan_id, p.patient_id, p.programme_id, p.name AS programme, p.starts_on, s.name, s.shares, ps.last_done_on,
           CASE WHEN s.rule <> 'once' AND NOT s.retired AND s.leads_to_id IS NULL THEN make_interval(
               months => coalesce(ps.interval_months, s.interval_months),
               days => coalesce(ps.interval_days, s.interval_days)) END AS every,
           CASE WHEN NOT s.hard AND (t.id IS NOT NULL OR (ps.waiting AND NOT s.retired))
               THEN coalesce(t.due_on, ps.due_on) END AS due_on
    FROM plans p
    JOIN tasks_planstep ps ON ps.plan_id = p.id
    JOIN tasks_step s ON s.id = ps.step_id
    LEFT JOIN tasks_task t ON t.plan_step_id = ps.id AND t.ended_at IS NULL
    WHERE p.state = 'active'
), long AS (
    SELECT patient_id, programme_id, programme, max(last_done_on) AS last, starts_on, min(every) AS every
    FROM steps
    GROUP BY plan_id, patient_id, programme_id, programme, starts_on
    HAVING greatest(starts_on, max(last_done_on)) + min(every) * %(slack)s < %(today)s
), apart AS (
    SELECT patient_id, before_programme, programme_id, before_name, before_on, name, due_on
    FROM (
        SELECT steps.*, lag(programme_id) OVER visit AS before_programme, lag(name) OVER visit AS before_name,
               lag(due_on) OVER visit AS before_on
        FROM steps
        WHERE shares <> '' AND due_on BETWEEN %(today)s AND %(until)s
        WINDOW visit AS (PARTITION BY patient_id, shares ORDER BY due_on, plan_id, name)
    ) following
    WHERE due_on - before_on > %(within)s AND before_programme <> programme_id
), reasons AS MATERIALIZED (
    -- Bare columns of all; words of the fifty that are shown are put together below.
    SELECT r.*
    FROM (
        SELECT patient_id, 'none' AS reason, programme_id AS programme, NULL::bigint AS other, name, codes, drugs,
               ended_on AS first_on, end_reason AS why, NULL::bigint AS plan_id, '' AS state, '' AS second,
               NULL::date AS second_on, NULL::interval AS every
        FROM none
        UNION ALL
        SELECT patient_id, 'long', programme_id, NULL, programme, '{}', 0, last, '', NULL, '', '', starts_on, every FROM long
        UNION ALL
        SELECT patient_id, 'apart', before_programme, programme_id, before_name, '{}', 0, before_on, '', NULL, '', name,
               due_on, NULL
        FROM apart
        UNION ALL
        SELECT patient_id, 'declined', programme_id, NULL, name, '{}', 0, ended_on, end_reason, id, state, '', NULL, NULL
        FROM plans WHERE decided
    ) r JOIN on_list o ON o.id = r.patient_id
    WHERE %(programme)s::bigint IS NULL OR %(programme)s IN (r.programme, r.other)
), page AS MATERIALIZED (
    SELECT pt.id, pt.given_name, pt.family_name, pt.birth_date, pt.list_doctor_id, __FAMILY__ AS family, __GIVEN__ AS given
    FROM (
        SELECT patient_id FROM reasons
        WHERE reason <> 'declined' OR %(reason)s = 'declined'
        GROUP BY patient_id
        HAVING %(reason)s = '' OR bool_or(reason = %(reason)s)
    ) r
    JOIN patients_patient pt ON pt.id = r.patient_id
    WHERE %(after)s::bigint IS NULL OR (__FAMILY__, __GIVEN__, pt.id) > (
        SELECT __FAMILY__, __GIVEN__, pt.id FROM patients_patient pt
        WHERE pt.id = %(after)s AND pt.clinic_id = ANY(%(clinics)s))
    ORDER BY family, given, pt.id
    LIMIT %(limit)s
), told AS (
    SELECT r.patient_id, jsonb_build_object('reason', r.reason) || CASE r.reason
        WHEN 'none' THEN jsonb_build_object(
            'programme', r.programme, 'name', r.name, 'codes', r.codes, 'drugs', r.drugs, 'on', r.first_on, 'why', r.why)
        WHEN 'long' THEN jsonb_build_object(
            'name', r.name, 'last', r.first_on, 'starts', r.second_on, 'days', extract(day FROM r.every),
            'months', extract(year FROM r.every) * 12 + extract(month FROM r.every))
        WHEN 'apart' THEN jsonb_build_object(
            'first', r.name, 'first_on', r.first_on, 'second', r.second, 'second_on', r.second_on)
        ELSE jsonb_build_object(
            'programme', r.programme, 'name', r.name, 'state', r.state, 'on', r.first_on, 'why', r.why, 'by', (
                SELECT m.name FROM tasks_planevent e JOIN teams_member m ON m.id = e.by_id
                WHERE e.plan_id = r.plan_id AND e.verb IN ('decline', 'stop') ORDER BY e.at DESC, e.id DESC LIMIT 1))
        END AS told
    FROM reasons r JOIN page ON page.id = r.patient_id
    WHERE r.reason <> 'declined' OR %(reason)s = 'declined'
)
SELECT counted.told, page.id, page.given_name, page.family_name, page.birth_date, doctor.name, (
    SELECT jsonb_agg(told ORDER BY told ->> 'reason' <> 'none', told ->> 'reason', told ->> 'name', told ->> 'first_on')
    FROM told WHERE told.patient_id = page.id)
FROM (
    SELECT jsonb_build_object(
        '', count(DISTINCT patient_id) FILTER (WHERE reason <> 'declined'),
        'none', count(DISTINCT patient_id) FILTER (WHERE reason = 'none'),
        'long', count(DISTINCT patient_id) FILTER (WHERE reason = 'long'),
        'apart', count(DISTINCT patient_id) FILTER (WHERE reason = 'apart'),
        'declined', count(DISTINCT patient_id) FILTER (WHERE reason = 'declined')
    ) AS told FROM reasons
) counted
LEFT JOIN page ON true
LEFT JOIN teams_member doctor ON doctor.id = page.list_doctor_id
ORDER BY page.family, page.given, page.id
