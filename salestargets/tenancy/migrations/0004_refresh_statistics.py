from django.db import migrations

#: The application may not ANALYZE: only the owner of a table may. Where another one is at it already, it waits
#: for nobody.
FUNCTION = """
CREATE FUNCTION refresh_statistics(relation regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('ANALYZE (SKIP_LOCKED) %s', relation);
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0003_events_without_a_join"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refresh_statistics(regclass)"),
    ]
