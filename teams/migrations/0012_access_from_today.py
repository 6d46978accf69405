"""Those who had an access before accesses were approved have it for a year from today; then somebody must say so."""

from django.db import migrations

GIVE = """
INSERT INTO teams_accessapproval (clinic_id, member_id, decision, access, profession, until, by_id, at, reason)
SELECT clinic_id, id, 'given', access, profession, (now() AT TIME ZONE 'Europe/Oslo')::date + 365, NULL, now(),
    'Hadde tilgang da tilganger begynte å bli godkjent'
FROM teams_member WHERE ends_on IS NULL OR ends_on >= (now() AT TIME ZONE 'Europe/Oslo')::date
ORDER BY id
"""


class Migration(migrations.Migration):
    dependencies = [("teams", "0011_access_walls")]
    operations = [migrations.RunSQL(GIVE, migrations.RunSQL.noop)]
