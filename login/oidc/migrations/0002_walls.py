"""The application asks who one named person is, and sees the numbers of its own clinic; nobody writes from the web.

Whoever has just been recognised has no clinic yet: they see the numbers of the clinics where they have a place.
"""

from django.db import migrations

from teams.walling import CURRENT_USER, wall

# As the owner, and so past the missing grant: one answer for one name, and no list.
USER_OF = """
CREATE FUNCTION oidc_user_of(of_issuer text, of_value text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT user_id FROM public.oidc_externalidentity WHERE issuer = of_issuer AND value = of_value
$$
"""
OWN_CLINIC = f"clinic_id IN (SELECT clinic_id FROM teams_member WHERE user_id = {CURRENT_USER})"


class Migration(migrations.Migration):
    dependencies = [("oidc", "0001_who_and_which_clinic"), ("teams", "0002_walls")]
    operations = [
        migrations.RunSQL(
            [
                USER_OF,
                "REVOKE ALL ON FUNCTION oidc_user_of(text, text) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION oidc_user_of(text, text) TO fordel_app",
            ],
            "DROP FUNCTION oidc_user_of(text, text)",
        ),
        wall("oidc_clinicorganisation", app="SELECT", also_read=OWN_CLINIC),
    ]
