import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.operations
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import salestargets.tenancy.models.base
import salestargets.tenancy.models.organisation
import salestargets.tenancy.models.people
import salestargets.tenancy.security
from django.conf import settings
from django.db import migrations, models


#: The application may not ANALYZE: only the owner of a table may. Where another one is at it already, nobody waits.
REFRESH_STATISTICS = """
CREATE FUNCTION refresh_statistics(relation regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('ANALYZE (SKIP_LOCKED) %s', relation);
END
$$
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3)),
                ('valid_on', models.DateField()),
                ('rate', models.DecimalField(decimal_places=10, max_digits=20)),
                ('source', models.CharField(default='manual', max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='FiscalYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2000), django.core.validators.MaxValueValidator(2100)])),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('period_starts', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), size=None)),
                ('quarter_starts', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), default=list, size=None)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=200)),
                ('currency', models.CharField(default='CNY', max_length=3)),
                ('time_zone', models.CharField(default='Asia/Shanghai', max_length=64)),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '简体中文')], default='en', max_length=10)),
                ('holiday_country', models.CharField(blank=True, max_length=2)),
                ('working_weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), default=salestargets.tenancy.models.organisation.monday_to_friday, size=None)),
                ('fiscal_year_start_month', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)])),
                ('fiscal_year_named_after', models.CharField(choices=[('end', 'The calendar year it ends in'), ('start', 'The calendar year it starts in')], default='end', max_length=5)),
                ('fiscal_pattern', models.CharField(choices=[('months', 'Calendar months'), ('445', 'Weeks, 4-4-5 a quarter'), ('454', 'Weeks, 4-5-4 a quarter'), ('544', 'Weeks, 5-4-4 a quarter'), ('custom', 'As listed, year by year')], default='months', max_length=10)),
                ('fiscal_week_starts_on', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(6)])),
                ('fiscal_year_end_rule', models.CharField(choices=[('nearest', 'The one nearest to the end of the month'), ('last', 'The last one in the month')], default='nearest', max_length=10)),
                ('expected_basis', models.CharField(choices=[('calendar', 'Calendar days'), ('working_day', 'Working days')], default='working_day', max_length=20)),
                ('ahead_level', models.DecimalField(decimal_places=3, default='1.050', max_digits=4)),
                ('on_track_level', models.DecimalField(decimal_places=3, default='0.970', max_digits=4)),
                ('behind_level', models.DecimalField(decimal_places=3, default='0.850', max_digits=4)),
                ('is_demo', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('closes_after_days', models.PositiveSmallIntegerField(blank=True, default=10, null=True, validators=[django.core.validators.MaxValueValidator(90)])),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ahead_level__gt', models.F('on_track_level')), ('on_track_level__gt', models.F('behind_level'))), name='organisation_levels_descend')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('admin', 'Administrator'), ('manager', 'Manager'), ('rep', 'Rep'), ('viewer', 'Viewer')], max_length=10)),
                ('version', models.PositiveIntegerField(default=1)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='tenancy.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user'), name='one_membership_each')],
            },
        ),
        migrations.CreateModel(
            name='FiscalYearEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2000), django.core.validators.MaxValueValidator(2100)])),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('period_starts', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), size=None)),
                ('quarter_starts', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), default=list, size=None)),
                ('version', models.PositiveIntegerField(default=1)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.fiscalyear')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='tenancy_fis_organis_9c2e24_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='tenancy_fis_organis_5344d0_idx')],
            },
        ),
        migrations.AddField(
            model_name='fiscalyear',
            name='organisation',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation'),
        ),
        migrations.CreateModel(
            name='ExchangeRateEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('valid_on', models.DateField()),
                ('rate', models.DecimalField(decimal_places=10, max_digits=20)),
                ('source', models.CharField(default='manual', max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.exchangerate')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='tenancy_exc_organis_2e707f_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='tenancy_exc_organis_0165d8_idx')],
            },
        ),
        migrations.AddField(
            model_name='exchangerate',
            name='organisation',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation'),
        ),
        migrations.CreateModel(
            name='OrganisationEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('slug', models.SlugField(db_index=False)),
                ('name', models.CharField(max_length=200)),
                ('currency', models.CharField(default='CNY', max_length=3)),
                ('time_zone', models.CharField(default='Asia/Shanghai', max_length=64)),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '简体中文')], default='en', max_length=10)),
                ('holiday_country', models.CharField(blank=True, max_length=2)),
                ('working_weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), default=salestargets.tenancy.models.organisation.monday_to_friday, size=None)),
                ('fiscal_year_start_month', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)])),
                ('fiscal_year_named_after', models.CharField(choices=[('end', 'The calendar year it ends in'), ('start', 'The calendar year it starts in')], default='end', max_length=5)),
                ('fiscal_pattern', models.CharField(choices=[('months', 'Calendar months'), ('445', 'Weeks, 4-4-5 a quarter'), ('454', 'Weeks, 4-5-4 a quarter'), ('544', 'Weeks, 5-4-4 a quarter'), ('custom', 'As listed, year by year')], default='months', max_length=10)),
                ('fiscal_week_starts_on', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(6)])),
                ('fiscal_year_end_rule', models.CharField(choices=[('nearest', 'The one nearest to the end of the month'), ('last', 'The last one in the month')], default='nearest', max_length=10)),
                ('expected_basis', models.CharField(choices=[('calendar', 'Calendar days'), ('working_day', 'Working days')], default='working_day', max_length=20)),
                ('ahead_level', models.DecimalField(decimal_places=3, default='1.050', max_digits=4)),
                ('on_track_level', models.DecimalField(decimal_places=3, default='0.970', max_digits=4)),
                ('behind_level', models.DecimalField(decimal_places=3, default='0.850', max_digits=4)),
                ('is_demo', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.organisation')),
                ('closes_after_days', models.PositiveSmallIntegerField(blank=True, default=10, null=True, validators=[django.core.validators.MaxValueValidator(90)])),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['id', 'pgh_obj', 'pgh_id'], name='tenancy_org_id_59b50d_idx'), models.Index(fields=['id', 'pgh_created_at'], name='tenancy_org_id_3b848d_idx')],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(default='manual', max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('name', models.CharField(max_length=200)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('hired_on', models.DateField(blank=True, null=True)),
                ('left_on', models.DateField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('user', salestargets.tenancy.models.base.UserForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.CharField(blank=True, max_length=100)),
                ('level', models.CharField(blank=True, max_length=50)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'name'], name='person_by_name')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='one_person_each_external_id'), models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('organisation', 'user'), name='one_person_a_user')],
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(default='manual', max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('role', models.CharField(choices=[('member', 'Member'), ('manager', 'Manager')], default='member', max_length=10)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('person', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.person')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='PersonEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('source', models.CharField(default='manual', max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('name', models.CharField(max_length=200)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('hired_on', models.DateField(blank=True, null=True)),
                ('left_on', models.DateField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.person')),
                ('user', salestargets.tenancy.models.base.UserForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.CharField(blank=True, max_length=100)),
                ('level', models.CharField(blank=True, max_length=50)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='tenancy_per_organis_65c6f5_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='tenancy_per_organis_bb24b6_idx')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(default='manual', max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(blank=True, max_length=50)),
                ('version', models.PositiveIntegerField(default=1)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='one_unit_each_external_id')],
            },
        ),
        migrations.CreateModel(
            name='AssignmentEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('source', models.CharField(default='manual', max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('role', models.CharField(choices=[('member', 'Member'), ('manager', 'Manager')], default='member', max_length=10)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.assignment')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('person', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.person')),
                ('unit', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.unit')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='tenancy_ass_organis_e531ff_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='tenancy_ass_organis_28653c_idx')],
            },
        ),
        migrations.AddField(
            model_name='assignment',
            name='unit',
            field=salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.unit'),
        ),
        migrations.CreateModel(
            name='UnitClosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('depth', models.PositiveSmallIntegerField()),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('ancestor', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.unit')),
                ('descendant', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.unit')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'descendant', 'starts_on'], name='closure_upwards'), models.Index(fields=['organisation', 'ancestor', 'depth'], name='closure_downwards')],
            },
        ),
        migrations.CreateModel(
            name='UnitEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('source', models.CharField(default='manual', max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(blank=True, max_length=50)),
                ('version', models.PositiveIntegerField(default=1)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.unit')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='tenancy_uni_organis_b3d9e4_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='tenancy_uni_organis_2c679a_idx')],
            },
        ),
        migrations.CreateModel(
            name='UnitPlacement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('parent', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.unit')),
                ('unit', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.unit')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'parent'], name='placement_by_parent')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='placement_ends_after_start'), models.CheckConstraint(condition=models.Q(('parent', models.F('unit')), _negated=True), name='unit_is_not_its_parent'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('organisation', '='), ('unit', '='), (salestargets.tenancy.models.people.DateRange(models.F('starts_on'), models.F('ends_on')), '&&')], name='one_place_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='UnitPlacementEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('parent', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.unit')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.unitplacement')),
                ('unit', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.unit')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='tenancy_uni_organis_685312_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='tenancy_uni_organis_ed7bee_idx')],
            },
        ),
        migrations.CreateModel(
            name='WorkingDayException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('is_working', models.BooleanField()),
                ('name', models.CharField(blank=True, max_length=100)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'day'), name='one_exception_a_day')],
            },
        ),
        migrations.CreateModel(
            name='WorkingDayExceptionEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('day', models.DateField()),
                ('is_working', models.BooleanField()),
                ('name', models.CharField(blank=True, max_length=100)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.workingdayexception')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='tenancy_wor_organis_70e737_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='tenancy_wor_organis_c3df83_idx')],
            },
        ),
        migrations.CreateModel(
            name='MembershipEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('role', models.CharField(choices=[('admin', 'Administrator'), ('manager', 'Manager'), ('rep', 'Rep'), ('viewer', 'Viewer')], max_length=10)),
                ('version', models.PositiveIntegerField(default=1)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.membership')),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='tenancy_mem_organis_00681d_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='tenancy_mem_organis_a26313_idx')],
            },
        ),
        migrations.AddConstraint(
            model_name='fiscalyear',
            constraint=models.UniqueConstraint(fields=('organisation', 'number'), name='one_fiscal_year_a_number'),
        ),
        migrations.AddConstraint(
            model_name='fiscalyear',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='fiscal_year_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='fiscalyear',
            constraint=models.CheckConstraint(condition=models.Q(('period_starts__0', models.F('starts_on')), ('period_starts__len__gt', 0)), name='fiscal_year_starts_with_a_period'),
        ),
        migrations.AddConstraint(
            model_name='fiscalyear',
            constraint=models.CheckConstraint(condition=models.Q(('quarter_starts__len', 0), models.Q(('quarter_starts__0', models.F('starts_on')), ('quarter_starts__contained_by', models.F('period_starts'))), _connector='OR'), name='fiscal_quarters_start_with_periods'),
        ),
        migrations.AddConstraint(
            model_name='fiscalyear',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('organisation', '='), (salestargets.tenancy.models.people.DateRange(models.F('starts_on'), models.F('ends_on')), '&&')], name='one_fiscal_year_a_day'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='one_rate_each_external_id'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.UniqueConstraint(fields=('organisation', 'currency', 'valid_on'), name='one_rate_a_day'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='rate_is_positive'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['organisation', 'person', 'role', 'starts_on'], name='assignment_by_person'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['organisation', 'unit', 'role', 'starts_on'], name='assignment_by_unit'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='assignment_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='one_assignment_each_external_id'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('role', 'member')), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('organisation', '='), ('person', '='), (salestargets.tenancy.models.people.DateRange(models.F('starts_on'), models.F('ends_on')), '&&')], name='member_of_one_unit_at_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organisation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_organisationevent" ("ahead_level", "behind_level", "closes_after_days", "created_at", "currency", "expected_basis", "fiscal_pattern", "fiscal_week_starts_on", "fiscal_year_end_rule", "fiscal_year_named_after", "fiscal_year_start_month", "holiday_country", "id", "is_demo", "language", "name", "on_track_level", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "time_zone", "version", "working_weekdays") SELECT new_values."ahead_level", new_values."behind_level", new_values."closes_after_days", new_values."created_at", new_values."currency", new_values."expected_basis", new_values."fiscal_pattern", new_values."fiscal_week_starts_on", new_values."fiscal_year_end_rule", new_values."fiscal_year_named_after", new_values."fiscal_year_start_month", new_values."holiday_country", new_values."id", new_values."is_demo", new_values."language", new_values."name", new_values."on_track_level", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."slug", new_values."time_zone", new_values."version", new_values."working_weekdays" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b2aac5506846457172fd9634d3c9190da5ead1e2', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a2f06', referencing='REFERENCING NEW TABLE AS new_values ', table='tenancy_organisation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organisation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_organisationevent" ("ahead_level", "behind_level", "closes_after_days", "created_at", "currency", "expected_basis", "fiscal_pattern", "fiscal_week_starts_on", "fiscal_year_end_rule", "fiscal_year_named_after", "fiscal_year_start_month", "holiday_country", "id", "is_demo", "language", "name", "on_track_level", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "time_zone", "version", "working_weekdays") SELECT old_values."ahead_level", old_values."behind_level", old_values."closes_after_days", old_values."created_at", old_values."currency", old_values."expected_basis", old_values."fiscal_pattern", old_values."fiscal_week_starts_on", old_values."fiscal_year_end_rule", old_values."fiscal_year_named_after", old_values."fiscal_year_start_month", old_values."holiday_country", old_values."id", old_values."is_demo", old_values."language", old_values."name", old_values."on_track_level", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."slug", old_values."time_zone", old_values."version", old_values."working_weekdays" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='1ee8aaf2aa1fb23957de5fb7931251eff54653b5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_61de3', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='tenancy_organisation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organisation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_organisationevent" ("ahead_level", "behind_level", "closes_after_days", "created_at", "currency", "expected_basis", "fiscal_pattern", "fiscal_week_starts_on", "fiscal_year_end_rule", "fiscal_year_named_after", "fiscal_year_start_month", "holiday_country", "id", "is_demo", "language", "name", "on_track_level", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "time_zone", "version", "working_weekdays") SELECT old_values."ahead_level", old_values."behind_level", old_values."closes_after_days", old_values."created_at", old_values."currency", old_values."expected_basis", old_values."fiscal_pattern", old_values."fiscal_week_starts_on", old_values."fiscal_year_end_rule", old_values."fiscal_year_named_after", old_values."fiscal_year_start_month", old_values."holiday_country", old_values."id", old_values."is_demo", old_values."language", old_values."name", old_values."on_track_level", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."slug", old_values."time_zone", old_values."version", old_values."working_weekdays" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='68ffdf89b70559c71cfdc1b328a6a3f09858157e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_312ad', referencing='REFERENCING OLD TABLE AS old_values ', table='tenancy_organisation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membershipevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='16579e3921970666411cdd7bd781d3a92b6792b0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c6f15', table='tenancy_membershipevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_membershipevent" ("id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id", "version") SELECT new_values."id", new_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."role", new_values."user_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='76fc9a5778b74fcfb4a83ca586c0211a57f481f8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_bd4d0', referencing='REFERENCING NEW TABLE AS new_values ', table='tenancy_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_membershipevent" ("id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id", "version") SELECT old_values."id", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."role", old_values."user_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='122c124fe6ff48d17741e443d6b3964996a14275', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_c9fda', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='tenancy_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_membershipevent" ("id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id", "version") SELECT old_values."id", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."role", old_values."user_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='c2de46a877bd1b5fa7a9fb35661d4d8f5c24ab27', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_d2ec3', referencing='REFERENCING OLD TABLE AS old_values ', table='tenancy_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fiscalyearevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='87715badb428470bc10f868dc4c06ba193559535', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4da2f', table='tenancy_fiscalyearevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fiscalyear',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_fiscalyearevent" ("ends_on", "id", "number", "organisation_id", "period_starts", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quarter_starts", "starts_on", "version") SELECT new_values."ends_on", new_values."id", new_values."number", new_values."organisation_id", new_values."period_starts", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."quarter_starts", new_values."starts_on", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='efa7c533fb566a82a52e1a0e2bd5be7e862b1fd7', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_f97e4', referencing='REFERENCING NEW TABLE AS new_values ', table='tenancy_fiscalyear', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fiscalyear',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_fiscalyearevent" ("ends_on", "id", "number", "organisation_id", "period_starts", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quarter_starts", "starts_on", "version") SELECT old_values."ends_on", old_values."id", old_values."number", old_values."organisation_id", old_values."period_starts", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."quarter_starts", old_values."starts_on", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='01f6a1ae6d98c9a67df0830d76ac0c1b5bff95e5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_96573', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='tenancy_fiscalyear', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fiscalyear',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_fiscalyearevent" ("ends_on", "id", "number", "organisation_id", "period_starts", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quarter_starts", "starts_on", "version") SELECT old_values."ends_on", old_values."id", old_values."number", old_values."organisation_id", old_values."period_starts", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."quarter_starts", old_values."starts_on", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9b1b0e81a1c8a5df3bd6dd25568f1c8c9ab7c34a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_12fc2', referencing='REFERENCING OLD TABLE AS old_values ', table='tenancy_fiscalyear', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exchangerateevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='61e9c178cd2b10b1d07a474af8d1b5451c73fdcf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9f63a', table='tenancy_exchangerateevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exchangerate',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_exchangerateevent" ("currency", "external_id", "id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "source", "source_updated_at", "valid_on") SELECT new_values."currency", new_values."external_id", new_values."id", new_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."rate", new_values."source", new_values."source_updated_at", new_values."valid_on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='40ac1ded5086b2c10b36f94ad99a629e5f78f86b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e9f27', referencing='REFERENCING NEW TABLE AS new_values ', table='tenancy_exchangerate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exchangerate',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_exchangerateevent" ("currency", "external_id", "id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "source", "source_updated_at", "valid_on") SELECT old_values."currency", old_values."external_id", old_values."id", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."rate", old_values."source", old_values."source_updated_at", old_values."valid_on" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='713606356381ac3182f8dc4ece591c6f838dbfd1', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_bf23d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='tenancy_exchangerate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exchangerate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_exchangerateevent" ("currency", "external_id", "id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "source", "source_updated_at", "valid_on") SELECT old_values."currency", old_values."external_id", old_values."id", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."rate", old_values."source", old_values."source_updated_at", old_values."valid_on" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='3ea2716e81b38c54c60d9951a3927852955a66ec', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_6b0be', referencing='REFERENCING OLD TABLE AS old_values ', table='tenancy_exchangerate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='organisationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='192bc7645c6f655a701a208e6c8291439f0cc0a4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_930b6', table='tenancy_organisationevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_personevent" ("email", "external_id", "hired_on", "id", "job", "left_on", "level", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "source_updated_at", "user_id", "version") SELECT new_values."email", new_values."external_id", new_values."hired_on", new_values."id", new_values."job", new_values."left_on", new_values."level", new_values."name", new_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."source", new_values."source_updated_at", new_values."user_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1718cab774e7306921a0548e94302479c153bf04', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_4f2d2', referencing='REFERENCING NEW TABLE AS new_values ', table='tenancy_person', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_personevent" ("email", "external_id", "hired_on", "id", "job", "left_on", "level", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "source_updated_at", "user_id", "version") SELECT old_values."email", old_values."external_id", old_values."hired_on", old_values."id", old_values."job", old_values."left_on", old_values."level", old_values."name", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."source", old_values."source_updated_at", old_values."user_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9c63ef84aee73463322f2bc0d8da31b5cc9aa0d3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_5fa20', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='tenancy_person', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_personevent" ("email", "external_id", "hired_on", "id", "job", "left_on", "level", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "source_updated_at", "user_id", "version") SELECT old_values."email", old_values."external_id", old_values."hired_on", old_values."id", old_values."job", old_values."left_on", old_values."level", old_values."name", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."source", old_values."source_updated_at", old_values."user_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='57f6593214bd8c7a128d7c81ec6452247e13cfc3', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_84bc2', referencing='REFERENCING OLD TABLE AS old_values ', table='tenancy_person', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b465d2120aa86132eae6341b22e64ac703f09645', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_267c3', table='tenancy_personevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unit',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_unitevent" ("external_id", "id", "kind", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "source_updated_at", "version") SELECT new_values."external_id", new_values."id", new_values."kind", new_values."name", new_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."source", new_values."source_updated_at", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='71a52f6a1d8083c36e0ee5793515165f0d85b8f8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a9e6e', referencing='REFERENCING NEW TABLE AS new_values ', table='tenancy_unit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unit',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_unitevent" ("external_id", "id", "kind", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "source_updated_at", "version") SELECT old_values."external_id", old_values."id", old_values."kind", old_values."name", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."source", old_values."source_updated_at", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='6f40663c05e25ffd4255655f37b9ef984da4fcf2', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_6a1b4', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='tenancy_unit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unit',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_unitevent" ("external_id", "id", "kind", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "source_updated_at", "version") SELECT old_values."external_id", old_values."id", old_values."kind", old_values."name", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."source", old_values."source_updated_at", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='dc2b6a8f0ccfacf3251dfc132bcebad14fd7c07f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_05672', referencing='REFERENCING OLD TABLE AS old_values ', table='tenancy_unit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignmentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b915da9af5248bf1b277fc40ac83f8cac8b0aa92', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0e68d', table='tenancy_assignmentevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_assignmentevent" ("ends_on", "external_id", "id", "organisation_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "source", "source_updated_at", "starts_on", "unit_id", "version") SELECT new_values."ends_on", new_values."external_id", new_values."id", new_values."organisation_id", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."role", new_values."source", new_values."source_updated_at", new_values."starts_on", new_values."unit_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='50c2a3005ac7642a8f2544502bbfdfbed5ad29eb', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_66f18', referencing='REFERENCING NEW TABLE AS new_values ', table='tenancy_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_assignmentevent" ("ends_on", "external_id", "id", "organisation_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "source", "source_updated_at", "starts_on", "unit_id", "version") SELECT old_values."ends_on", old_values."external_id", old_values."id", old_values."organisation_id", old_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."role", old_values."source", old_values."source_updated_at", old_values."starts_on", old_values."unit_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='4504bd1708bb81ddeeef360d137bc92301036fdf', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_df14d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='tenancy_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='assignment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_assignmentevent" ("ends_on", "external_id", "id", "organisation_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "source", "source_updated_at", "starts_on", "unit_id", "version") SELECT old_values."ends_on", old_values."external_id", old_values."id", old_values."organisation_id", old_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."role", old_values."source", old_values."source_updated_at", old_values."starts_on", old_values."unit_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='854f7144bcf7d666b970a8a8a8577cbeddef4de5', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_10b03', referencing='REFERENCING OLD TABLE AS old_values ', table='tenancy_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unitevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bc372d4c472505f90736daa6d98fc039c6a8e19c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e287d', table='tenancy_unitevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unitplacement',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_unitplacementevent" ("ends_on", "id", "organisation_id", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "unit_id") SELECT new_values."ends_on", new_values."id", new_values."organisation_id", new_values."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."starts_on", new_values."unit_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7104564456cb08f65c35b65a7fcaba7a0ee93839', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_7826c', referencing='REFERENCING NEW TABLE AS new_values ', table='tenancy_unitplacement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unitplacement',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_unitplacementevent" ("ends_on", "id", "organisation_id", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "unit_id") SELECT old_values."ends_on", old_values."id", old_values."organisation_id", old_values."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."starts_on", old_values."unit_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='f5aed0358b1ac9fd271c5553aad7fcb930513c77', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_51ed2', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='tenancy_unitplacement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unitplacement',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_unitplacementevent" ("ends_on", "id", "organisation_id", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "unit_id") SELECT old_values."ends_on", old_values."id", old_values."organisation_id", old_values."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."starts_on", old_values."unit_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='d619353fb1f569da9225787aae026c2a57cdf0a9', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_4c338', referencing='REFERENCING OLD TABLE AS old_values ', table='tenancy_unitplacement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='unitplacementevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ac38e64c0508cfbc2930ac43153016e19863155b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3a4d1', table='tenancy_unitplacementevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workingdayexception',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_workingdayexceptionevent" ("day", "id", "is_working", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."day", new_values."id", new_values."is_working", new_values."name", new_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='884c777694fefcba4d40ec6a68db07380db9e9cd', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_59a48', referencing='REFERENCING NEW TABLE AS new_values ', table='tenancy_workingdayexception', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workingdayexception',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_workingdayexceptionevent" ("day", "id", "is_working", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."day", old_values."id", old_values."is_working", old_values."name", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='34e42191609600af9cdd46f36868b589be0e1174', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_b46c3', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='tenancy_workingdayexception', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workingdayexception',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_workingdayexceptionevent" ("day", "id", "is_working", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."day", old_values."id", old_values."is_working", old_values."name", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='535d7b437ddf23d7f016d9216d8a1d92a9fd278f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_09ecc', referencing='REFERENCING OLD TABLE AS old_values ', table='tenancy_workingdayexception', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workingdayexceptionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8c06c2548c4adf9daa3c797b900b28891fa55d5a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c823c', table='tenancy_workingdayexceptionevent', when='BEFORE')),
        ),
        migrations.RunSQL(REFRESH_STATISTICS, "DROP FUNCTION refresh_statistics(regclass)"),
        migrations.CreateModel(
            name='Mentorship',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(default='manual', max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('version', models.PositiveIntegerField(default=1)),
                ('mentee', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.person')),
                ('mentor', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.person')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'mentor', 'starts_on'], name='mentorship_by_mentor'), models.Index(fields=['organisation', 'mentee', 'starts_on'], name='mentorship_by_mentee')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='mentorship_ends_after_start'), models.CheckConstraint(condition=models.Q(('mentor', models.F('mentee')), _negated=True), name='nobody_mentors_themselves'), models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='one_mentorship_each_external_id'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('deleted_at__isnull', True)), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('organisation', '='), ('mentee', '='), (salestargets.tenancy.models.people.DateRange(models.F('starts_on'), models.F('ends_on')), '&&')], name='one_mentor_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='MentorshipEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('source', models.CharField(default='manual', max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('version', models.PositiveIntegerField(default=1)),
                ('mentee', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.person')),
                ('mentor', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.person')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.mentorship')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='tenancy_men_organis_52e120_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='tenancy_men_organis_b59a03_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mentorship',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_mentorshipevent" ("changed_at", "deleted_at", "ends_on", "external_id", "id", "mentee_id", "mentor_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "source_updated_at", "starts_on", "version") SELECT new_values."changed_at", new_values."deleted_at", new_values."ends_on", new_values."external_id", new_values."id", new_values."mentee_id", new_values."mentor_id", new_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."source", new_values."source_updated_at", new_values."starts_on", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c551df8bcede749b39b32274b941503cdd8c0022', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_41ddc', referencing='REFERENCING NEW TABLE AS new_values ', table='tenancy_mentorship', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mentorship',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_mentorshipevent" ("changed_at", "deleted_at", "ends_on", "external_id", "id", "mentee_id", "mentor_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "source_updated_at", "starts_on", "version") SELECT old_values."changed_at", old_values."deleted_at", old_values."ends_on", old_values."external_id", old_values."id", old_values."mentee_id", old_values."mentor_id", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."source", old_values."source_updated_at", old_values."starts_on", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='e8239cc52b672de8f8912af24ba17a3b7e4af2e8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_499ec', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='tenancy_mentorship', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mentorship',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tenancy_mentorshipevent" ("changed_at", "deleted_at", "ends_on", "external_id", "id", "mentee_id", "mentor_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "source_updated_at", "starts_on", "version") SELECT old_values."changed_at", old_values."deleted_at", old_values."ends_on", old_values."external_id", old_values."id", old_values."mentee_id", old_values."mentor_id", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."source", old_values."source_updated_at", old_values."starts_on", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='59541cd226f5a2d90dc24aa71485e1a7a62f5e13', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_05b85', referencing='REFERENCING OLD TABLE AS old_values ', table='tenancy_mentorship', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mentorshipevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ac767fbe0f508d5280f4ec45366c1f79a1662b71', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_82939', table='tenancy_mentorshipevent', when='BEFORE')),
        ),
        salestargets.tenancy.security.SecureTenantTables(),
    ]
