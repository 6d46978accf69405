"""Row-level security for the team's tables, and what the other rooms' walls are built with."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from teams.walling import CURRENT_USER, same_clinic, shared, wall

REFUSE_CHANGE = """
CREATE FUNCTION fordel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""

# Two rows of hours for one weekday may not be in force at the same time.
HOURS_OVERLAP = """
ALTER TABLE teams_workinghours ADD CONSTRAINT hours_not_overlapping
EXCLUDE USING gist (member_id WITH =, weekday WITH =, daterange(starts_on, ends_on, '[]') WITH &&)
"""

# The one definition of capacity (docs/numbers.md): hours at work less what is booked for other things, times
# the day's share (holidays 0, half days a half: teams/calendar.py), of whoever is employed and not absent.
CAPACITY = """
CREATE FUNCTION teams_capacity(days date[], shares real[])
RETURNS TABLE (clinic_id bigint, member_id bigint, profession varchar, on_day date, minutes int)
LANGUAGE sql STABLE AS $$
    SELECT m.clinic_id, m.id, m.profession, d.on_day, round((h.minutes - h.booked_minutes) * d.share)::int
    FROM unnest(days, shares) AS d (on_day, share)
    JOIN teams_workinghours h ON h.weekday = extract(isodow FROM d.on_day)
        AND h.starts_on <= d.on_day AND (h.ends_on IS NULL OR h.ends_on >= d.on_day)
    JOIN teams_member m ON m.id = h.member_id
        AND m.starts_on <= d.on_day AND (m.ends_on IS NULL OR m.ends_on >= d.on_day)
    WHERE NOT EXISTS (
        SELECT FROM teams_absence a WHERE a.member_id = m.id AND d.on_day BETWEEN a.starts_on AND a.ends_on
    )
$$
"""

# Somebody who has just logged in may read (never write) their own places, and the names of those clinics.
OWN_PLACE = f"user_id = {CURRENT_USER}"
OWN_CLINIC = f"id IN (SELECT clinic_id FROM teams_member WHERE user_id = {CURRENT_USER})"


class Migration(migrations.Migration):
    dependencies = [
        ("teams", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        BtreeGistExtension(),
        migrations.RunSQL("GRANT USAGE ON SCHEMA public TO fordel_app, fordel_jobs", ""),
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION fordel_refuse_change"),
        migrations.RunSQL(HOURS_OVERLAP, "ALTER TABLE teams_workinghours DROP CONSTRAINT hours_not_overlapping"),
        migrations.RunSQL(CAPACITY, "DROP FUNCTION teams_capacity"),
        wall("teams_clinic", app="SELECT", jobs="SELECT", key="id", also_read=OWN_CLINIC),
        wall("teams_member", app="SELECT, INSERT, UPDATE", jobs="SELECT", also_read=OWN_PLACE),
        wall("teams_workinghours", app="SELECT, INSERT, UPDATE", jobs="SELECT"),
        wall("teams_absence", app="SELECT, INSERT, UPDATE, DELETE", jobs="SELECT"),
        same_clinic("teams_workinghours", member="teams_member"),
        same_clinic("teams_absence", member="teams_member", cover="teams_member"),
        shared("teams_municipality", jobs="SELECT"),
        # Logging in notes the time and may renew the hash; who is a superuser is not the application's to say.
        shared("teams_user", app="SELECT, UPDATE (password, last_login, email)"),
        shared("django_session", app="SELECT, INSERT, UPDATE, DELETE"),
        shared("account_emailaddress", "account_emailconfirmation", app="SELECT, INSERT, UPDATE, DELETE"),
        shared("auth_permission", "auth_group", "auth_group_permissions", "django_content_type"),
        shared("teams_user_groups", "teams_user_user_permissions", "django_migrations", jobs="SELECT"),
    ]
