"""pghistory's function also copies who and why into one table of its own, for all organisations, outside the
wall. The events carry both already (`ContextJSONField`), so the function does nothing here."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pghistory", "0007_auto_20250421_0444")]

    operations = [
        migrations.RunSQL(
            "CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS uuid LANGUAGE sql STABLE"
            " AS 'SELECT NULL::uuid'",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("DELETE FROM pghistory_context", migrations.RunSQL.noop),
    ]
