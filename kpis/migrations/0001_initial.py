import django.contrib.postgres.fields
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import salestargets.tenancy.models.base
import salestargets.tenancy.security
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='MemberMoves',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('tenancy.assignment',),
        ),
        migrations.CreateModel(
            name='TreeMoves',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('tenancy.unitplacement',),
        ),
        migrations.CreateModel(
            name='Kpi',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(db_index=False)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('unit', models.CharField(choices=[('money', 'Money'), ('count', 'Count'), ('percent', 'Percent'), ('days', 'Days'), ('score', 'Score')], max_length=10)),
                ('direction', models.CharField(choices=[('higher', 'Higher is better'), ('lower', 'Lower is better')], default='higher', max_length=10)),
                ('nature', models.CharField(choices=[('outcome', 'Outcome'), ('process', 'Process'), ('quality', 'Quality'), ('cost', 'Cost'), ('capability', 'Capability')], default='outcome', max_length=12)),
                ('numerator', models.CharField(max_length=500)),
                ('denominator', models.CharField(blank=True, max_length=500)),
                ('decimals', models.PositiveSmallIntegerField(default=0)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('version', models.PositiveIntegerField(default=1)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('defined_from', models.DateField(null=True)),
                ('is_retired', models.BooleanField(default=False)),
                ('multiplier', models.PositiveSmallIntegerField(default=1)),
                ('times_days', models.BooleanField(default=False)),
                ('manual', models.CharField(blank=True, choices=[('', '—'), ('sum', 'The values of people add up'), ('level', 'The newest value of a holder counts')], default='', max_length=5)),
                ('about', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'key'), name='one_kpi_a_key')],
            },
        ),
        migrations.CreateModel(
            name='LeafCell',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'person_id', 'month', 'measure', 'starts_on', blank=True, editable=False, primary_key=True, serialize=False)),
                ('month', models.DateField()),
                ('measure', models.CharField(max_length=40)),
                ('starts_on', models.DateField()),
                ('value', models.BigIntegerField()),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('person', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.person')),
                ('unit', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.unit')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'unit', 'month', 'measure'], include=('value',), name='leaf_by_unit')],
            },
        ),
        migrations.CreateModel(
            name='UnitCell',
            fields=[
                ('pk', models.CompositePrimaryKey('organisation_id', 'unit_id', 'month', 'measure', blank=True, editable=False, primary_key=True, serialize=False)),
                ('month', models.DateField()),
                ('measure', models.CharField(max_length=40)),
                ('value', models.BigIntegerField()),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('unit', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.unit')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='DirtyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.CharField(max_length=20)),
                ('person_id', models.BigIntegerField(null=True)),
                ('month', models.DateField(null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('person_id__isnull', True)), fields=['organisation'], name='dirty_everything')],
                'constraints': [models.CheckConstraint(condition=models.Q(('person_id__isnull', False), ('month__isnull', True), _connector='OR'), name='dirty_month_has_a_person')],
            },
        ),
        migrations.CreateModel(
            name='Definition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holds_from', models.DateField(null=True)),
                ('numerator', models.CharField(max_length=500)),
                ('denominator', models.CharField(blank=True, max_length=500)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('made_at', models.DateTimeField()),
                ('kpi', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kpis.kpi')),
                ('made_by', salestargets.tenancy.models.base.UserForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'kpi', 'holds_from'), name='one_definition_a_month', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Selection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('measure', models.CharField(max_length=29)),
                ('filters', models.JSONField()),
                ('counted_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'key'), name='one_selection_a_key')],
            },
        ),
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(blank=True, max_length=20)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('version', models.PositiveIntegerField(default=1)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(condition=models.Q(('name', ''), _negated=True), fields=('organisation', 'name'), name='one_template_a_name'), models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('organisation', 'key'), name='one_template_a_key'), models.CheckConstraint(condition=models.Q(('key', ''), ('name', ''), _negated=True), name='template_is_called_something')],
            },
        ),
        migrations.CreateModel(
            name='TemplateChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField()),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('made_at', models.DateTimeField()),
                ('made_by', salestargets.tenancy.models.base.UserForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('person', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.person')),
                ('template', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kpis.template')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'person', '-id'], name='template_choice_by_person')],
            },
        ),
        migrations.CreateModel(
            name='TemplateEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('key', models.CharField(blank=True, max_length=20)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('version', models.PositiveIntegerField(default=1)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='kpis.template')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='kpis_templa_organis_eb4ba7_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='kpis_templa_organis_5be554_idx')],
            },
        ),
        migrations.CreateModel(
            name='TemplateVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('starts_on', models.DateField()),
                ('position', models.PositiveSmallIntegerField()),
                ('is_retired', models.BooleanField(default=False)),
                ('subject', models.CharField(choices=[('person', 'People, by their own numbers'), ('leader', 'People, by the unit that they lead'), ('unit', 'Units')], default='person', max_length=10)),
                ('jobs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), default=list, size=None)),
                ('levels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), default=list, size=None)),
                ('tenure_from', models.PositiveSmallIntegerField(null=True)),
                ('tenure_to', models.PositiveSmallIntegerField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('made_at', models.DateTimeField()),
                ('made_by', salestargets.tenancy.models.base.UserForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('template', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kpis.template')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'template', 'number'), name='one_template_version_a_number'), models.CheckConstraint(condition=models.Q(('tenure_to__isnull', True), ('tenure_from__isnull', True), ('tenure_to__gt', models.F('tenure_from')), _connector='OR'), name='template_tenure_is_open')],
            },
        ),
        migrations.CreateModel(
            name='TemplateUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('unit', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.unit')),
                ('template_version', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kpis.templateversion')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'template_version', 'unit'), name='one_template_unit_each')],
            },
        ),
        migrations.CreateModel(
            name='TemplateItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('weight_bp', models.PositiveIntegerField()),
                ('threshold_bp', models.PositiveIntegerField(null=True)),
                ('floor_bp', models.PositiveIntegerField(default=0)),
                ('cap_bp', models.PositiveIntegerField(null=True)),
                ('base', models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ('target', models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ('target_span', models.CharField(choices=[('month', 'a month'), ('quarter', 'a quarter')], default='quarter', max_length=10)),
                ('is_ramped', models.BooleanField(default=True)),
                ('kpi', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kpis.kpi')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('template_version', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kpis.templateversion')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'template_version', 'kpi'), name='one_template_item_a_kpi'), models.CheckConstraint(condition=models.Q(('weight_bp__gt', 0), ('weight_bp__lte', 10000)), name='template_weight_within_whole'), models.CheckConstraint(condition=models.Q(('cap_bp__isnull', True), ('cap_bp__gte', models.F('floor_bp')), _connector='OR'), name='template_floor_below_cap'), models.CheckConstraint(condition=models.Q(('target__isnull', True), ('target__gte', Decimal('0')), _connector='OR'), name='template_target_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dated_on', models.DateField()),
                ('value', models.BigIntegerField()),
                ('scale', models.PositiveIntegerField()),
                ('source', models.CharField(max_length=200)),
                ('evidence', models.CharField(max_length=1000)),
                ('note', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('entered', 'To be confirmed'), ('confirmed', 'Confirmed'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='entered', max_length=10)),
                ('entered_at', models.DateTimeField()),
                ('actor', models.CharField(max_length=40)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision', models.CharField(blank=True, max_length=300)),
                ('version', models.PositiveIntegerField(default=1)),
                ('decided_by', salestargets.tenancy.models.base.UserForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', salestargets.tenancy.models.base.UserForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('kpi', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kpis.kpi')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('person', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.person')),
                ('unit', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.unit')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'person', 'dated_on'], include=('kpi', 'state', 'value'), name='entry_by_person'), models.Index(fields=['organisation', 'kpi', 'state', 'dated_on'], name='entry_by_kpi')],
                'constraints': [models.CheckConstraint(condition=models.Q(('unit__isnull', True), ('person__isnull', True), _connector='XOR'), name='entry_has_one_holder'), models.CheckConstraint(condition=models.Q(('scale__gt', 0)), name='entry_scale_is_positive')],
            },
        ),
        migrations.CreateModel(
            name='EntryEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('dated_on', models.DateField()),
                ('value', models.BigIntegerField()),
                ('scale', models.PositiveIntegerField()),
                ('source', models.CharField(max_length=200)),
                ('evidence', models.CharField(max_length=1000)),
                ('note', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('entered', 'To be confirmed'), ('confirmed', 'Confirmed'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='entered', max_length=10)),
                ('entered_at', models.DateTimeField()),
                ('actor', models.CharField(max_length=40)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision', models.CharField(blank=True, max_length=300)),
                ('version', models.PositiveIntegerField(default=1)),
                ('decided_by', salestargets.tenancy.models.base.UserForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', salestargets.tenancy.models.base.UserForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('kpi', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='kpis.kpi')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('person', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.person')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='kpis.entry')),
                ('unit', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.unit')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='kpis_entrye_organis_1a724a_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='kpis_entrye_organis_ab99a7_idx')],
            },
        ),
        migrations.CreateModel(
            name='KpiEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('key', models.SlugField(db_index=False)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('unit', models.CharField(choices=[('money', 'Money'), ('count', 'Count'), ('percent', 'Percent'), ('days', 'Days'), ('score', 'Score')], max_length=10)),
                ('direction', models.CharField(choices=[('higher', 'Higher is better'), ('lower', 'Lower is better')], default='higher', max_length=10)),
                ('nature', models.CharField(choices=[('outcome', 'Outcome'), ('process', 'Process'), ('quality', 'Quality'), ('cost', 'Cost'), ('capability', 'Capability')], default='outcome', max_length=12)),
                ('numerator', models.CharField(max_length=500)),
                ('denominator', models.CharField(blank=True, max_length=500)),
                ('decimals', models.PositiveSmallIntegerField(default=0)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('version', models.PositiveIntegerField(default=1)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='kpis.kpi')),
                ('defined_from', models.DateField(null=True)),
                ('is_retired', models.BooleanField(default=False)),
                ('multiplier', models.PositiveSmallIntegerField(default=1)),
                ('times_days', models.BooleanField(default=False)),
                ('manual', models.CharField(blank=True, choices=[('', '—'), ('sum', 'The values of people add up'), ('level', 'The newest value of a holder counts')], default='', max_length=5)),
                ('about', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='kpis_kpieve_organis_57c291_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='kpis_kpieve_organis_e9763e_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membermoves',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, person_id, NULL::date FROM new_rows WHERE role = \'member\'),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='ff5b867cf7270cf8ba5ef570f533bae96f1895fb', level='STATEMENT', operation='INSERT', pgid='pgtrigger_mark_cells_insert_a3866', referencing='REFERENCING NEW TABLE AS new_rows ', table='tenancy_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membermoves',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, person_id, NULL::date FROM old_rows WHERE role = \'member\' UNION SELECT organisation_id, person_id, NULL::date FROM new_rows WHERE role = \'member\'),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='78b4b4eda98083e08341bfa5874f85044e641ddc', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_mark_cells_update_609ef', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='tenancy_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membermoves',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, person_id, NULL::date FROM old_rows WHERE role = \'member\'),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='dfc9a151c53129cee0489a23cd4281106edc1dae', level='STATEMENT', operation='DELETE', pgid='pgtrigger_mark_cells_delete_662e7', referencing='REFERENCING OLD TABLE AS old_rows ', table='tenancy_assignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='treemoves',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, NULL::bigint, NULL::date FROM new_rows),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='82c8147eecfe469e9c9450b4c19909598a36312c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_mark_cells_insert_dc95c', referencing='REFERENCING NEW TABLE AS new_rows ', table='tenancy_unitplacement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='treemoves',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, NULL::bigint, NULL::date FROM old_rows UNION SELECT organisation_id, NULL::bigint, NULL::date FROM new_rows),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='b97d0f68386ba3c3ee03919f7237118b433afa56', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_mark_cells_update_1994d', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='tenancy_unitplacement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='treemoves',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, NULL::bigint, NULL::date FROM old_rows),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='7f26b9c039c2b4163501b84183d97f01a0a88bab', level='STATEMENT', operation='DELETE', pgid='pgtrigger_mark_cells_delete_dd6f9', referencing='REFERENCING OLD TABLE AS old_rows ', table='tenancy_unitplacement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='kpievent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0296954d8a5acd028b3748b9818462df95ed96af', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6813e', table='kpis_kpievent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='template',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_templateevent" ("id", "key", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") SELECT new_values."id", new_values."key", new_values."name", new_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='52cd649fa5dbb5ff61ce63af938651c9086fe207', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e494f', referencing='REFERENCING NEW TABLE AS new_values ', table='kpis_template', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='template',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_templateevent" ("id", "key", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") SELECT old_values."id", old_values."key", old_values."name", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9dc4d765db11bf5b58ec8e1eaaa6e92e589d758a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_284e2', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='kpis_template', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='template',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_templateevent" ("id", "key", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") SELECT old_values."id", old_values."key", old_values."name", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='768de4b5e445acf30e06915695c8a5325156f33c', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_3266f', referencing='REFERENCING OLD TABLE AS old_values ', table='kpis_template', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='templatechoice',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='291ee6ea4981a171d9b984455bf2b5079c0ab53c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9aa3d', table='kpis_templatechoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='templateevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3a0196806b69e26bef2fc46e9587cf87aeca5d9e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5b7f9', table='kpis_templateevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='templateversion',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4e4d7e9827f6c0467f34f5fca95d0f0b475274b4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9b1f5', table='kpis_templateversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='templateunit',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a59375bdbcd0ed015a11dc757b1aa6a9045df9b1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b9ff3', table='kpis_templateunit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='templateitem',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4f5f0560aabca7d6a6aabc3c8453c87009b0a1be', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1c59e', table='kpis_templateitem', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, person_id, date_trunc(\'month\', dated_on::timestamp)::date FROM new_rows WHERE person_id IS NOT NULL AND state = \'confirmed\'),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'entries\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='bdb507ad915246dfa990c5514d1344a46124bcd1', level='STATEMENT', operation='INSERT', pgid='pgtrigger_mark_cells_insert_ecbfe', referencing='REFERENCING NEW TABLE AS new_rows ', table='kpis_entry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, person_id, date_trunc(\'month\', dated_on::timestamp)::date FROM old_rows WHERE person_id IS NOT NULL AND state = \'confirmed\' UNION SELECT organisation_id, person_id, date_trunc(\'month\', dated_on::timestamp)::date FROM new_rows WHERE person_id IS NOT NULL AND state = \'confirmed\'),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'entries\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='ea84febcc123861110ba8fa016415f7426cd5da4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_mark_cells_update_baae1', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='kpis_entry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, person_id, date_trunc(\'month\', dated_on::timestamp)::date FROM old_rows WHERE person_id IS NOT NULL AND state = \'confirmed\'),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'entries\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='1d3f793836f81194eaeb8ac1d74f3bcc5123d57e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_mark_cells_delete_adcdc', referencing='REFERENCING OLD TABLE AS old_rows ', table='kpis_entry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_entryevent" ("actor", "dated_on", "decided_at", "decided_by_id", "decision", "entered_at", "entered_by_id", "evidence", "id", "kpi_id", "note", "organisation_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scale", "source", "state", "unit_id", "value", "version") SELECT new_values."actor", new_values."dated_on", new_values."decided_at", new_values."decided_by_id", new_values."decision", new_values."entered_at", new_values."entered_by_id", new_values."evidence", new_values."id", new_values."kpi_id", new_values."note", new_values."organisation_id", new_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."scale", new_values."source", new_values."state", new_values."unit_id", new_values."value", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='56a8369d64835093bcd63603373dfb5e9a5ab590', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_fd204', referencing='REFERENCING NEW TABLE AS new_values ', table='kpis_entry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_entryevent" ("actor", "dated_on", "decided_at", "decided_by_id", "decision", "entered_at", "entered_by_id", "evidence", "id", "kpi_id", "note", "organisation_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scale", "source", "state", "unit_id", "value", "version") SELECT old_values."actor", old_values."dated_on", old_values."decided_at", old_values."decided_by_id", old_values."decision", old_values."entered_at", old_values."entered_by_id", old_values."evidence", old_values."id", old_values."kpi_id", old_values."note", old_values."organisation_id", old_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."scale", old_values."source", old_values."state", old_values."unit_id", old_values."value", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='e6fff80aad74c23b23721ba9c32fc02e827f0aa0', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_3ff47', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='kpis_entry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_entryevent" ("actor", "dated_on", "decided_at", "decided_by_id", "decision", "entered_at", "entered_by_id", "evidence", "id", "kpi_id", "note", "organisation_id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scale", "source", "state", "unit_id", "value", "version") SELECT old_values."actor", old_values."dated_on", old_values."decided_at", old_values."decided_by_id", old_values."decision", old_values."entered_at", old_values."entered_by_id", old_values."evidence", old_values."id", old_values."kpi_id", old_values."note", old_values."organisation_id", old_values."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."scale", old_values."source", old_values."state", old_values."unit_id", old_values."value", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='21017f9e8f9bbdf1e0afe62d4e94a0ccb14701f2', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_d3931', referencing='REFERENCING OLD TABLE AS old_values ', table='kpis_entry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entryevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='50b7eb10449339c22ff66e56fdde547ca0ab6cb5', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5c427', table='kpis_entryevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='kpi',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_kpievent" ("about", "decimals", "defined_from", "denominator", "direction", "id", "is_retired", "key", "manual", "multiplier", "name", "nature", "numerator", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "times_days", "unit", "version") SELECT new_values."about", new_values."decimals", new_values."defined_from", new_values."denominator", new_values."direction", new_values."id", new_values."is_retired", new_values."key", new_values."manual", new_values."multiplier", new_values."name", new_values."nature", new_values."numerator", new_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."position", new_values."times_days", new_values."unit", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='fcc5b008ee0a5acae31f7d5e9e9b67b08b133d23', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_153b7', referencing='REFERENCING NEW TABLE AS new_values ', table='kpis_kpi', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='kpi',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_kpievent" ("about", "decimals", "defined_from", "denominator", "direction", "id", "is_retired", "key", "manual", "multiplier", "name", "nature", "numerator", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "times_days", "unit", "version") SELECT old_values."about", old_values."decimals", old_values."defined_from", old_values."denominator", old_values."direction", old_values."id", old_values."is_retired", old_values."key", old_values."manual", old_values."multiplier", old_values."name", old_values."nature", old_values."numerator", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."position", old_values."times_days", old_values."unit", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='d8cd9cb077d5ea60110f20803d15ea8b8d9fe4c4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_feb2e', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='kpis_kpi', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='kpi',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_kpievent" ("about", "decimals", "defined_from", "denominator", "direction", "id", "is_retired", "key", "manual", "multiplier", "name", "nature", "numerator", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "times_days", "unit", "version") SELECT old_values."about", old_values."decimals", old_values."defined_from", old_values."denominator", old_values."direction", old_values."id", old_values."is_retired", old_values."key", old_values."manual", old_values."multiplier", old_values."name", old_values."nature", old_values."numerator", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."position", old_values."times_days", old_values."unit", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='bda2cfd2e0444b1a54be0d1aece0e643f2ce2a47', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_6b3f5', referencing='REFERENCING OLD TABLE AS old_values ', table='kpis_kpi', when='AFTER')),
        ),
        salestargets.tenancy.security.SecureTenantTables(
        ),
    ]
