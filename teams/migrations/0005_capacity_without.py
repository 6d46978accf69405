"""What an absence takes: the same definition of capacity, asked for as if one absence were not."""

from django.db import migrations

# As in 0004, but for one absence that may be left out.
WITHOUT = """
CREATE FUNCTION teams_capacity_without(days date[], shares real[], without bigint)
RETURNS TABLE (clinic_id bigint, member_id bigint, profession varchar, on_day date, minutes int)
LANGUAGE sql STABLE AS $$
    WITH wanted AS (
        SELECT d.on_day, d.share, extract(isodow FROM d.on_day)::int AS weekday FROM unnest(days, shares) AS d (on_day, share)
    ), duty AS (
        SELECT y.member_id, wanted.on_day, y.minutes AS taken, 0 AS rest
        FROM wanted JOIN teams_duty y ON y.day = wanted.on_day OR (
            y.weekday = wanted.weekday AND y.starts_on <= wanted.on_day
            AND (y.ends_on IS NULL OR y.ends_on >= wanted.on_day))
        UNION ALL
        SELECT y.member_id, wanted.on_day, 0, y.rest_minutes
        FROM wanted JOIN teams_duty y ON y.rest_minutes > 0 AND (y.day = wanted.on_day - 1 OR (
            y.weekday = extract(isodow FROM wanted.on_day - 1) AND y.starts_on < wanted.on_day
            AND (y.ends_on IS NULL OR y.ends_on >= wanted.on_day - 1)))
    ), bound AS (
        SELECT member_id, on_day, sum(taken) AS taken, sum(rest) AS rest FROM duty GROUP BY member_id, on_day
    ), away AS (
        SELECT a.member_id, wanted.on_day,
               sum(CASE a.part WHEN 'whole' THEN 1.0 WHEN 'hours' THEN 0 ELSE 0.5 END) AS share,
               sum(coalesce(a.minutes, 0)) AS minutes
        FROM wanted JOIN teams_absence a ON wanted.on_day BETWEEN a.starts_on AND a.ends_on
            AND a.id IS DISTINCT FROM without
        GROUP BY a.member_id, wanted.on_day
    )
    SELECT m.clinic_id, m.id, m.profession, wanted.on_day, greatest(0, round(
        greatest(0, h.minutes - h.booked_minutes - coalesce(bound.taken, 0)) * wanted.share
        * greatest(0, 1 - coalesce(away.share, 0) - coalesce(away.minutes, 0)::float / greatest(h.minutes, 1))
        - coalesce(bound.rest, 0)))::int
    FROM wanted
    JOIN teams_workinghours h ON h.weekday = wanted.weekday
        AND h.starts_on <= wanted.on_day AND (h.ends_on IS NULL OR h.ends_on >= wanted.on_day)
    JOIN teams_member m ON m.id = h.member_id
        AND m.starts_on <= wanted.on_day AND (m.ends_on IS NULL OR m.ends_on >= wanted.on_day)
    LEFT JOIN bound ON bound.member_id = m.id AND bound.on_day = wanted.on_day
    LEFT JOIN away ON away.member_id = m.id AND away.on_day = wanted.on_day
    WHERE coalesce(away.share, 0) < 1
$$
"""

# One definition still: with no absence left out it is the capacity that everything else asks for.
CAPACITY = """
CREATE OR REPLACE FUNCTION teams_capacity(days date[], shares real[])
RETURNS TABLE (clinic_id bigint, member_id bigint, profession varchar, on_day date, minutes int)
LANGUAGE sql STABLE AS $$ SELECT * FROM teams_capacity_without(days, shares, NULL) $$
"""


class Migration(migrations.Migration):
    dependencies = [("teams", "0004_people_and_time")]
    operations = [
        migrations.RunSQL(WITHOUT, "DROP FUNCTION teams_capacity_without CASCADE"),
        migrations.RunSQL(CAPACITY, migrations.RunSQL.noop),
    ]
