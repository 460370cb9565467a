from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [
        migrations.AlterField("apikeyuse", "last_used_at", models.DateTimeField(null=True)),
    ]
