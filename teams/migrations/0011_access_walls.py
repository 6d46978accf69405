"""Who may be let in is said in one way only; and what an invitation opens, and for whom.

The application inserts approvals. A trigger, with the owner's rights, copies the latest to the member's row; the
application itself may change neither access, its last day, the profession nor the login of a place. A new login, and the
joining of one to a place, ask for an open invitation whose hash stands in `fordel.invitation`.
"""

from django.db import migrations

from teams.walling import append_only, same_clinic, wall

PRESENTED = "token_hash = (SELECT nullif(current_setting('fordel.invitation', true), ''))"

# pasientjournalforskriften § 13: limited in time. A year, whoever writes it.
A_YEAR = """
ALTER TABLE teams_accessapproval ADD CONSTRAINT approval_a_year_at_most
CHECK (until <= (at AT TIME ZONE 'Europe/Oslo')::date + 366)
"""

DECIDED = """
CREATE FUNCTION teams_access_decided() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE teams_member SET access = NEW.access, access_until = NEW.until
    WHERE id = NEW.member_id AND clinic_id = NEW.clinic_id AND profession = NEW.profession;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such member' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$
"""
DECIDED_TRIGGER = """
CREATE TRIGGER access_decided AFTER INSERT ON teams_accessapproval
FOR EACH ROW EXECUTE FUNCTION teams_access_decided()
"""

INVITED = """
CREATE FUNCTION teams_invited(whom bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM teams_invitation
        WHERE token_hash = nullif(current_setting('fordel.invitation', true), '') AND purpose = 'join'
            AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
            AND (whom IS NULL OR member_id = whom)
    )
$$
"""
GUARD_MEMBER = """
CREATE FUNCTION teams_guard_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user NOT IN ('fordel_app', 'fordel_jobs') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.access_until IS NOT NULL OR NEW.user_id IS NOT NULL THEN
            RAISE EXCEPTION 'access is approved, never written' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.clinic_id, NEW.access, NEW.access_until, NEW.profession)
        IS DISTINCT FROM (OLD.clinic_id, OLD.access, OLD.access_until, OLD.profession) THEN
        RAISE EXCEPTION 'access is approved, never written' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.user_id IS DISTINCT FROM OLD.user_id AND (OLD.user_id IS NOT NULL OR NOT teams_invited(NEW.id)) THEN
        RAISE EXCEPTION 'a login comes by invitation' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
GUARD_MEMBER_TRIGGER = """
CREATE TRIGGER guard_member BEFORE INSERT OR UPDATE ON teams_member
FOR EACH ROW EXECUTE FUNCTION teams_guard_member()
"""
GUARD_USER = """
CREATE FUNCTION teams_guard_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user IN ('fordel_app', 'fordel_jobs')
        AND (NEW.is_superuser OR NEW.is_staff OR NOT teams_invited(NULL)) THEN
        RAISE EXCEPTION 'a login comes by invitation' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
GUARD_USER_TRIGGER = """
CREATE TRIGGER guard_user BEFORE INSERT ON teams_user FOR EACH ROW EXECUTE FUNCTION teams_guard_user()
"""
FUNCTIONS = "teams_access_decided, teams_guard_member, teams_guard_user, teams_invited"


class Migration(migrations.Migration):
    dependencies = [("teams", "0010_access_approved_and_invited")]
    operations = [
        wall("teams_accessapproval", app="SELECT, INSERT"),
        wall(
            "teams_invitation",
            app="SELECT, INSERT, UPDATE (used_at, used_by_id, revoked_at)",
            also_read=PRESENTED,
        ),
        same_clinic("teams_accessapproval", member="teams_member", by="teams_member"),
        same_clinic("teams_invitation", member="teams_member", by="teams_member"),
        append_only("teams_accessapproval"),
        migrations.RunSQL(A_YEAR, "ALTER TABLE teams_accessapproval DROP CONSTRAINT approval_a_year_at_most"),
        migrations.RunSQL(
            [DECIDED, DECIDED_TRIGGER, INVITED, GUARD_MEMBER, GUARD_MEMBER_TRIGGER, GUARD_USER, GUARD_USER_TRIGGER],
            [
                "DROP TRIGGER access_decided ON teams_accessapproval",
                "DROP TRIGGER guard_member ON teams_member",
                "DROP TRIGGER guard_user ON teams_user",
                f"DROP FUNCTION {FUNCTIONS}",
            ],
        ),
        migrations.RunSQL("GRANT INSERT ON teams_user TO fordel_app", "REVOKE INSERT ON teams_user FROM fordel_app"),
    ]
