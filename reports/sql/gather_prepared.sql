-- How long preparing takes others, per occasion, for each kind that they may prepare: as an earlier edition of this
-- week had it, else the clinic's own median (`measured` tells on how many), else the catalogue's estimate.
CREATE TEMP TABLE week_prepared ON COMMIT DROP AS
WITH own AS (
    SELECT DISTINCT ON (u.clinic_id, u.kind_id) u.clinic_id, u.kind_id, u.minutes, u.occasions
    FROM tasks_usualminutes u
    JOIN tasks_taskkind k ON k.id = u.kind_id AND u.profession = ANY(k.preparable_by)
    WHERE u.part = 'prepare' AND u.member_id IS NULL AND u.clinic_id = ANY(%(clinics)s)
    ORDER BY u.clinic_id, u.kind_id, u.occasions DESC, u.profession
),
earlier AS (
    SELECT DISTINCT ON (l.clinic_id, l.kind_id) l.clinic_id, l.kind_id, l.estimate, l.measured
    FROM reports_weeklyreport r
    JOIN reports_movableline l ON l.report_id = r.id AND l.bucket = 'preparable' AND l.estimate > 0
    WHERE r.clinic_id = ANY(%(clinics)s) AND r.year = %(year)s AND r.week = %(week)s
    ORDER BY l.clinic_id, l.kind_id, r.revision
)
SELECT c.id AS clinic_id, k.id AS kind_id,
    coalesce(earlier.estimate, own.minutes, k.prepare_minutes) AS minutes,
    coalesce(earlier.measured, own.occasions, 0) AS measured, k.decide_minutes
FROM teams_clinic c
CROSS JOIN tasks_taskkind k
LEFT JOIN own ON own.clinic_id = c.id AND own.kind_id = k.id
LEFT JOIN earlier ON earlier.clinic_id = c.id AND earlier.kind_id = k.id
WHERE c.id = ANY(%(clinics)s) AND cardinality(k.preparable_by) > 0 AND k.prepare_minutes > 0
