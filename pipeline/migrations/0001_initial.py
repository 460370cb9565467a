import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import salestargets.tenancy.models.base
import salestargets.tenancy.security
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('jobs', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Alias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('source', models.CharField(max_length=50)),
                ('reference', models.CharField(max_length=200)),
                ('record_id', models.BigIntegerField(null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'kind', 'source', 'reference'), name='one_alias_a_reference')],
            },
        ),
        migrations.CreateModel(
            name='AliasEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(max_length=20)),
                ('source', models.CharField(max_length=50)),
                ('reference', models.CharField(max_length=200)),
                ('record_id', models.BigIntegerField(null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pipeline.alias')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='pipeline_al_organis_07bd1e_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='pipeline_al_organis_ec51c9_idx')],
            },
        ),
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('name', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='one_channel_each_external_id')],
            },
        ),
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('name', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('industry', models.CharField(blank=True, max_length=100)),
                ('country', models.CharField(blank=True, max_length=100)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='one_customer_each_external_id')],
            },
        ),
        migrations.CreateModel(
            name='Deal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('name', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('status', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=5)),
                ('amount_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(max_length=3)),
                ('base_minor', models.BigIntegerField(null=True)),
                ('created_on', models.DateField(null=True)),
                ('expected_close_on', models.DateField(null=True)),
                ('closed_on', models.DateField(null=True)),
                ('lost_reason', models.CharField(blank=True, max_length=200)),
                ('is_shared', models.BooleanField(default=False)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('version', models.PositiveIntegerField(default=1)),
                ('channel', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.channel')),
                ('customer', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.customer')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('owner', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.person')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='CreditShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('share_ppm', models.PositiveIntegerField()),
                ('base_minor', models.BigIntegerField(null=True)),
                ('closed_on', models.DateField(editable=False, null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('person', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.person')),
                ('deal', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.deal')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'person', 'closed_on'], include=('deal', 'base_minor'), name='share_by_person')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'deal', 'person'), name='one_share_a_person'), models.CheckConstraint(condition=models.Q(('share_ppm__gt', 0), ('share_ppm__lte', 1000000)), name='share_within_whole')],
            },
        ),
        migrations.CreateModel(
            name='ImportMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(max_length=20)),
                ('mapping', models.JSONField()),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'name'), name='one_mapping_a_name')],
            },
        ),
        migrations.CreateModel(
            name='ImportMappingEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(max_length=20)),
                ('mapping', models.JSONField()),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pipeline.importmapping')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='pipeline_im_organis_328b3e_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='pipeline_im_organis_e07ef1_idx')],
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('source', models.CharField(max_length=50)),
                ('file_name', models.CharField(max_length=200)),
                ('columns', models.JSONField(default=list)),
                ('sample', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=dict)),
                ('is_dry_run', models.BooleanField(default=True)),
                ('state', models.CharField(choices=[('mapping', 'Needs a mapping'), ('queued', 'Waiting'), ('running', 'Running'), ('checked', 'Checked'), ('done', 'Done'), ('failed', 'Failed'), ('undoing', 'Being undone'), ('undone', 'Undone')], default='mapping', max_length=10)),
                ('rows_total', models.PositiveIntegerField(default=0)),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('created', models.PositiveIntegerField(default=0)),
                ('updated', models.PositiveIntegerField(default=0)),
                ('unchanged', models.PositiveIntegerField(default=0)),
                ('rejected', models.PositiveIntegerField(default=0)),
                ('remarks', models.JSONField(default=dict)),
                ('affects', models.JSONField(default=list)),
                ('error', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('created_by', salestargets.tenancy.models.base.UserForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', '-created_at'], name='import_by_time')],
            },
        ),
        migrations.CreateModel(
            name='ImportRejection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField()),
                ('values', models.JSONField()),
                ('errors', models.JSONField()),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('run', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.importrun')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'run', 'row'], name='rejection_by_run')],
            },
        ),
        migrations.CreateModel(
            name='ImportChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('first_row', models.PositiveIntegerField()),
                ('rows', models.BinaryField()),
                ('superseded', models.JSONField(default=list)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('run', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.importrun')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'run', 'number'), name='one_chunk_a_number')],
            },
        ),
        migrations.CreateModel(
            name='ImportChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('record_id', models.BigIntegerField()),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('left', models.CharField(blank=True, max_length=20)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('run', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.importrun')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'run', 'kind', 'record_id'), name='one_change_a_record_a_run')],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('name', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('group', models.CharField(blank=True, max_length=100)),
                ('list_price_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='one_product_each_external_id')],
            },
        ),
        migrations.AddField(
            model_name='deal',
            name='product',
            field=salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.product'),
        ),
        migrations.CreateModel(
            name='Stage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('name', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('category', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=10)),
                ('probability_bp', models.PositiveIntegerField(null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='one_stage_each_external_id'), models.CheckConstraint(condition=models.Q(('probability_bp__isnull', True), ('probability_bp__lte', 10000), _connector='OR'), name='stage_probability_at_most_one')],
            },
        ),
        migrations.CreateModel(
            name='DealEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('source', models.CharField(max_length=50)),
                ('external_id', models.CharField(max_length=200)),
                ('name', models.CharField(max_length=200)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('status', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=5)),
                ('amount_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(max_length=3)),
                ('base_minor', models.BigIntegerField(null=True)),
                ('created_on', models.DateField(null=True)),
                ('expected_close_on', models.DateField(null=True)),
                ('closed_on', models.DateField(null=True)),
                ('lost_reason', models.CharField(blank=True, max_length=200)),
                ('is_shared', models.BooleanField(default=False)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('version', models.PositiveIntegerField(default=1)),
                ('channel', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='pipeline.channel')),
                ('customer', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='pipeline.customer')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.organisation')),
                ('owner', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.person')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pipeline.deal')),
                ('product', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='pipeline.product')),
                ('stage', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='pipeline.stage')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['organisation', 'pgh_obj', 'pgh_id'], name='pipeline_de_organis_8fc0c7_idx'), models.Index(fields=['organisation', 'pgh_created_at'], name='pipeline_de_organis_5670c5_idx')],
            },
        ),
        migrations.AddField(
            model_name='deal',
            name='stage',
            field=salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.stage'),
        ),
        migrations.CreateModel(
            name='StageEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entered_at', models.DateTimeField()),
                ('deal', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.deal')),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
                ('stage', salestargets.tenancy.models.base.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.stage')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'stage', 'entered_at'], name='entry_by_stage')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'deal', 'stage', 'entered_at'), name='one_entry_a_moment')],
            },
        ),
        migrations.CreateModel(
            name='UnresolvedReference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('record_id', models.BigIntegerField()),
                ('field', models.CharField(max_length=30)),
                ('target_kind', models.CharField(max_length=20)),
                ('source', models.CharField(max_length=50)),
                ('reference', models.CharField(max_length=200)),
                ('rest', models.JSONField(null=True)),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'kind', 'record_id'], name='unresolved_by_record'), models.Index(fields=['organisation', 'target_kind', 'reference'], name='unresolved_by_reference')],
            },
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['organisation', 'owner', 'closed_on'], include=('status', 'base_minor', 'is_shared', 'created_on', 'product'), name='deal_closed_by_owner'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(condition=models.Q(('deleted_at__isnull', True), ('status', 'open')), fields=['organisation', 'owner', 'expected_close_on'], name='deal_open_by_owner'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['organisation', 'customer'], name='deal_by_customer'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['organisation', 'stage'], name='deal_by_stage'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(fields=['organisation', 'changed_at'], name='deal_by_change'),
        ),
        migrations.AddConstraint(
            model_name='deal',
            constraint=models.UniqueConstraint(fields=('organisation', 'source', 'external_id'), name='one_deal_each_external_id'),
        ),
        migrations.AddConstraint(
            model_name='deal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_on__isnull', True), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('closed_on__isnull', False)), _connector='OR'), name='deal_closed_on_iff_closed'),
        ),
        migrations.AddIndex(
            model_name='deal',
            index=models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['organisation', 'owner', 'created_on'], include=('base_minor',), name='deal_created_by_owner'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alias',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "pipeline_aliasevent" ("id", "kind", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "record_id", "reference", "source") SELECT new_values."id", new_values."kind", new_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."record_id", new_values."reference", new_values."source" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='2f3733b132de3479cd531875c1deea829eea6b32', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_61a76', referencing='REFERENCING NEW TABLE AS new_values ', table='pipeline_alias', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alias',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "pipeline_aliasevent" ("id", "kind", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "record_id", "reference", "source") SELECT old_values."id", old_values."kind", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."record_id", old_values."reference", old_values."source" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5aec5655cd470a28c2aa3b0985387eb6d744eace', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_c1f8b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='pipeline_alias', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alias',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "pipeline_aliasevent" ("id", "kind", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "record_id", "reference", "source") SELECT old_values."id", old_values."kind", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."record_id", old_values."reference", old_values."source" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='6bdf63bf60441e6bc63d4dac37b30975e90773eb', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_5007c', referencing='REFERENCING OLD TABLE AS old_values ', table='pipeline_alias', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='aliasevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2893eb05cd3143e5e4a35d32285f0ab55fb36866', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9cab3', table='pipeline_aliasevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditshare',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, person_id, date_trunc(\'month\', closed_on::timestamp)::date FROM new_rows WHERE closed_on IS NOT NULL),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'deals\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='33f1e0a9ea180b8c4fb6873b0237f5765206aa32', level='STATEMENT', operation='INSERT', pgid='pgtrigger_mark_cells_insert_132a7', referencing='REFERENCING NEW TABLE AS new_rows ', table='pipeline_creditshare', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditshare',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, person_id, date_trunc(\'month\', closed_on::timestamp)::date FROM old_rows WHERE closed_on IS NOT NULL UNION SELECT organisation_id, person_id, date_trunc(\'month\', closed_on::timestamp)::date FROM new_rows WHERE closed_on IS NOT NULL),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'deals\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='55cad7587f9d1bf3ee69e7637fd0587e13f609a9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_mark_cells_update_611e2', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='pipeline_creditshare', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditshare',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT organisation_id, person_id, date_trunc(\'month\', closed_on::timestamp)::date FROM old_rows WHERE closed_on IS NOT NULL),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'deals\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='010b1c90ca2e41e8bf604063f44fd5fc946fca5e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_mark_cells_delete_a99cc', referencing='REFERENCING OLD TABLE AS old_rows ', table='pipeline_creditshare', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='creditshare',
            trigger=pgtrigger.compiler.Trigger(name='take_closing_day', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n        SELECT deal.closed_on INTO NEW.closed_on FROM pipeline_deal deal\n        WHERE deal.organisation_id = NEW.organisation_id AND deal.id = NEW.deal_id;\n        RETURN NEW;\n    ', hash='75bd7403167dfd3abfcc92199bd359f0fd73ace8', operation='INSERT', pgid='pgtrigger_take_closing_day_6cbc6', table='pipeline_creditshare', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importmapping',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "pipeline_importmappingevent" ("id", "kind", "mapping", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."id", new_values."kind", new_values."mapping", new_values."name", new_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='765b10a54d5b9c7d201be5e4c8068de313466ff1', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_1a2ad', referencing='REFERENCING NEW TABLE AS new_values ', table='pipeline_importmapping', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importmapping',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "pipeline_importmappingevent" ("id", "kind", "mapping", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."kind", old_values."mapping", old_values."name", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='3f90805ec80a336ea9d557bad478b96d08b90bb8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_34fe7', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='pipeline_importmapping', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importmapping',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "pipeline_importmappingevent" ("id", "kind", "mapping", "name", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."kind", old_values."mapping", old_values."name", old_values."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='0c58470da8fc888b6844d59b0ef7584f8aceb007', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_1babc', referencing='REFERENCING OLD TABLE AS old_values ', table='pipeline_importmapping', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importmappingevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='de94acfb6fe332e768a82d625e587f53717bfd5e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_cd7c0', table='pipeline_importmappingevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dealevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b44a8cd023372db817123b891e663e750a4874ad', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0b405', table='pipeline_dealevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT deal.organisation_id, deal.owner_id, date_trunc(\'month\', deal.closed_on::timestamp)::date FROM new_rows deal  WHERE deal.owner_id IS NOT NULL AND deal.closed_on IS NOT NULL UNION SELECT deal.organisation_id, deal.owner_id, date_trunc(\'month\', deal.created_on::timestamp)::date FROM new_rows deal  WHERE deal.owner_id IS NOT NULL AND deal.created_on IS NOT NULL UNION SELECT deal.organisation_id, share.person_id, date_trunc(\'month\', deal.closed_on::timestamp)::date FROM new_rows deal JOIN pipeline_creditshare share ON deal.is_shared AND share.organisation_id = deal.organisation_id AND share.deal_id = deal.id WHERE share.person_id IS NOT NULL AND deal.closed_on IS NOT NULL),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'deals\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='e5420241e497be7d3768f7cb3a0cd0c28c128c59', level='STATEMENT', operation='INSERT', pgid='pgtrigger_mark_cells_insert_56299', referencing='REFERENCING NEW TABLE AS new_rows ', table='pipeline_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT deal.organisation_id, deal.owner_id, date_trunc(\'month\', deal.closed_on::timestamp)::date FROM old_rows deal  WHERE deal.owner_id IS NOT NULL AND deal.closed_on IS NOT NULL UNION SELECT deal.organisation_id, deal.owner_id, date_trunc(\'month\', deal.created_on::timestamp)::date FROM old_rows deal  WHERE deal.owner_id IS NOT NULL AND deal.created_on IS NOT NULL UNION SELECT deal.organisation_id, share.person_id, date_trunc(\'month\', deal.closed_on::timestamp)::date FROM old_rows deal JOIN pipeline_creditshare share ON deal.is_shared AND share.organisation_id = deal.organisation_id AND share.deal_id = deal.id WHERE share.person_id IS NOT NULL AND deal.closed_on IS NOT NULL UNION SELECT deal.organisation_id, deal.owner_id, date_trunc(\'month\', deal.closed_on::timestamp)::date FROM new_rows deal  WHERE deal.owner_id IS NOT NULL AND deal.closed_on IS NOT NULL UNION SELECT deal.organisation_id, deal.owner_id, date_trunc(\'month\', deal.created_on::timestamp)::date FROM new_rows deal  WHERE deal.owner_id IS NOT NULL AND deal.created_on IS NOT NULL UNION SELECT deal.organisation_id, share.person_id, date_trunc(\'month\', deal.closed_on::timestamp)::date FROM new_rows deal JOIN pipeline_creditshare share ON deal.is_shared AND share.organisation_id = deal.organisation_id AND share.deal_id = deal.id WHERE share.person_id IS NOT NULL AND deal.closed_on IS NOT NULL),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'deals\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='ef220e3c3e8e375826c9b8007389886519665af8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_mark_cells_update_38264', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='pipeline_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT deal.organisation_id, deal.owner_id, date_trunc(\'month\', deal.closed_on::timestamp)::date FROM old_rows deal  WHERE deal.owner_id IS NOT NULL AND deal.closed_on IS NOT NULL UNION SELECT deal.organisation_id, deal.owner_id, date_trunc(\'month\', deal.created_on::timestamp)::date FROM old_rows deal  WHERE deal.owner_id IS NOT NULL AND deal.created_on IS NOT NULL UNION SELECT deal.organisation_id, share.person_id, date_trunc(\'month\', deal.closed_on::timestamp)::date FROM old_rows deal JOIN pipeline_creditshare share ON deal.is_shared AND share.organisation_id = deal.organisation_id AND share.deal_id = deal.id WHERE share.person_id IS NOT NULL AND deal.closed_on IS NOT NULL),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'deals\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='07145d0b39a14e34a1ab78be7da3880850855df1', level='STATEMENT', operation='DELETE', pgid='pgtrigger_mark_cells_delete_c460e', referencing='REFERENCING OLD TABLE AS old_rows ', table='pipeline_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='give_closing_day', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n        UPDATE pipeline_creditshare share SET closed_on = deal.closed_on FROM new_rows deal\n        WHERE deal.is_shared AND share.organisation_id = deal.organisation_id AND share.deal_id = deal.id\n          AND share.closed_on IS DISTINCT FROM deal.closed_on;\n        RETURN NULL;\n    ', hash='20d8eaa7524cdf782812612fb9c135f90c878a03', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_give_closing_day_343b0', referencing='REFERENCING NEW TABLE AS new_rows ', table='pipeline_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "pipeline_dealevent" ("amount_minor", "base_minor", "changed_at", "channel_id", "closed_on", "created_on", "currency", "customer_id", "deleted_at", "expected_close_on", "external_id", "id", "is_shared", "lost_reason", "name", "organisation_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "source", "source_updated_at", "stage_id", "status", "version") SELECT old_values."amount_minor", old_values."base_minor", old_values."changed_at", old_values."channel_id", old_values."closed_on", old_values."created_on", old_values."currency", old_values."customer_id", old_values."deleted_at", old_values."expected_close_on", old_values."external_id", old_values."id", old_values."is_shared", old_values."lost_reason", old_values."name", old_values."organisation_id", old_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', old_values."id", old_values."product_id", old_values."source", old_values."source_updated_at", old_values."stage_id", old_values."status", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='78dd899f5a0ec91cc05805011a0e671c5847a503', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d4042', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='pipeline_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deal',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "pipeline_dealevent" ("amount_minor", "base_minor", "changed_at", "channel_id", "closed_on", "created_on", "currency", "customer_id", "deleted_at", "expected_close_on", "external_id", "id", "is_shared", "lost_reason", "name", "organisation_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "source", "source_updated_at", "stage_id", "status", "version") SELECT old_values."amount_minor", old_values."base_minor", old_values."changed_at", old_values."channel_id", old_values."closed_on", old_values."created_on", old_values."currency", old_values."customer_id", old_values."deleted_at", old_values."expected_close_on", old_values."external_id", old_values."id", old_values."is_shared", old_values."lost_reason", old_values."name", old_values."organisation_id", old_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."product_id", old_values."source", old_values."source_updated_at", old_values."stage_id", old_values."status", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='93ab598f735788f53149a8d4e1b2805e66be2e06', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_45c8f', referencing='REFERENCING OLD TABLE AS old_values ', table='pipeline_deal', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='customer',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_attributes', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT n.organisation_id, NULL::bigint, NULL::date FROM new_rows n JOIN old_rows o ON o.organisation_id = n.organisation_id AND o.id = n.id WHERE (n.industry IS DISTINCT FROM o.industry AND EXISTS (SELECT FROM kpis_selection s WHERE s.organisation_id = n.organisation_id AND s.filters @> \'[{"field": "industry"}]\')) OR (n.country IS DISTINCT FROM o.country AND EXISTS (SELECT FROM kpis_selection s WHERE s.organisation_id = n.organisation_id AND s.filters @> \'[{"field": "country"}]\'))),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='2e49ea94053f7d79330f4a6b569c488b58f6190f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_mark_cells_attributes_8dcd8', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='pipeline_customer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='mark_cells_attributes', sql=pgtrigger.compiler.UpsertTriggerSql(func='\nWITH touched (organisation_id, person_id, month) AS (SELECT n.organisation_id, NULL::bigint, NULL::date FROM new_rows n JOIN old_rows o ON o.organisation_id = n.organisation_id AND o.id = n.id WHERE (n."group" IS DISTINCT FROM o."group" AND EXISTS (SELECT FROM kpis_selection s WHERE s.organisation_id = n.organisation_id AND s.filters @> \'[{"field": "product_group"}]\'))),\nmarked AS (\n    INSERT INTO kpis_dirtykey (organisation_id, "group", person_id, month)\n    SELECT DISTINCT organisation_id, \'\', person_id, month FROM touched\n    RETURNING organisation_id\n)\nINSERT INTO jobs_wake (organisation_id, queue) SELECT DISTINCT organisation_id, \'cells\' FROM marked;\nRETURN NULL;\n', hash='f5dd345db956d533a6c51dc5016ca3b8082ee2d0', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_mark_cells_attributes_997f7', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='pipeline_product', when='AFTER')),
        ),
        salestargets.tenancy.security.SecureTenantTables(
        ),
    ]
