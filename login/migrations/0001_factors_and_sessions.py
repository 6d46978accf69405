"""Row-level security for second factors and sessions.

Before somebody is in, the application must be able to look up the factors of whoever is logging in. Once a request has a
user (fordel.user), it reaches that user's rows and no others: what goes wrong behind the login cannot give anybody
somebody else's factor, or take one away. The jobs have no business here.
"""

from django.db import migrations

from teams.walling import CURRENT_USER

OWN = f"{CURRENT_USER} IS NULL OR user_id = {CURRENT_USER}"


def of_the_user(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY own ON {table} TO fordel_app USING ({OWN}) WITH CHECK ({OWN})",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO fordel_app",
        ],
        [
            f"REVOKE ALL ON {table} FROM fordel_app",
            f"DROP POLICY own ON {table}",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("teams", "0002_walls"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("usersessions", "0001_initial"),
    ]
    operations = [of_the_user("mfa_authenticator"), of_the_user("usersessions_usersession")]
