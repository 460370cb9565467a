"""The database wall: row-level security and composite keys, made from the models by one migration operation.

End every migration that creates tenant tables or references with `SecureTenantTables()`. It may run any
number of times; it adds what is missing. `tests/tenancy/test_catalogue.py` holds the result against them.
"""

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState
from django.db.models import ForeignKey, Model

from salestargets.tenancy.models.base import TenantForeignKey

#: Strict on purpose: no missing_ok, so that a forgotten context is an error and never an empty page.
CURRENT = "current_setting('app.organisation')::bigint"

#: Read before an organisation is chosen (sign-in, slug, key); written only by the organisation itself.
IDENTITY_TABLES = frozenset({"tenancy_organisation", "tenancy_membership"})
#: Work that waits, read for all organisations at once; holds nothing but that there is some.
SHARED_TABLES = frozenset({"jobs_wake"})


def tenant_column(model: type[Model]) -> str | None:
    """The column that names the tenant, or None for a table that belongs to none."""
    columns = {field.column for field in model._meta.local_concrete_fields}
    if model._meta.db_table in SHARED_TABLES:
        return None
    if "organisation_id" in columns:
        return "organisation_id"
    is_organisation = model._meta.app_label == "tenancy" and model.__name__.startswith("Organisation")
    return "id" if is_organisation else None


class SecureTenantTables(Operation):
    reversible = True
    reduces_to_sql = True
    category = OperationCategory.SQL

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Django's picture of the models stays as it is."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        models = list(to_state.apps.get_app_config(app_label).get_models())
        for rules in (walls, references):  # a reference needs the other table's composite key
            for model in models:
                for statement in rules(model):
                    schema_editor.execute(statement)

    def database_backwards(self, *args: Any) -> None:
        """The tables go with their own migration; nothing is weakened on the way."""

    def describe(self) -> str:
        return "Row-level security, composite primary and foreign keys"


def walls(model: type[Model]) -> Iterator[str]:
    table, column = model._meta.db_table, tenant_column(model)
    if column is None:
        return
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield from _policies(table, column)
    if column == "organisation_id":
        yield from _primary_key(model)


def _policies(table: str, column: str) -> Iterator[str]:
    own = f"{column} = {CURRENT}"
    if table not in IDENTITY_TABLES:
        yield _unless_policy(table, "tenant", f"USING ({own}) WITH CHECK ({own})")
        return
    # An organisation has no id before it is made, so making one is free; joining one is not.
    insert = "true" if column == "id" else own
    yield _unless_policy(table, "identity_read", "FOR SELECT USING (true)")
    yield _unless_policy(table, "tenant_insert", f"FOR INSERT WITH CHECK ({insert})")
    yield _unless_policy(table, "tenant_update", f"FOR UPDATE USING ({own}) WITH CHECK ({own})")
    yield _unless_policy(table, "tenant_delete", f"FOR DELETE USING ({own})")


def _primary_key(model: type[Model]) -> Iterator[str]:
    table, pk = model._meta.db_table, model._meta.pk
    if pk is None or pk.column is None:  # a composite key already begins with the organisation
        return
    yield (
        "DO $$ BEGIN IF (SELECT array_length(conkey, 1) FROM pg_constraint"  # noqa: S608  names of our tables
        f" WHERE conrelid = '{table}'::regclass AND contype = 'p') = 1 THEN"
        f" ALTER TABLE {table} DROP CONSTRAINT {table}_pkey,"
        f" ADD CONSTRAINT {table}_pkey PRIMARY KEY (organisation_id, {pk.column}); END IF; END $$"
    )


def references(model: type[Model]) -> Iterator[str]:
    """Foreign keys: composite between tenant tables. An event outlives what it speaks of: none there."""
    fields = model._meta.local_concrete_fields
    if tenant_column(model) is None or any(field.name == "pgh_id" for field in fields):
        return
    for field in fields:
        if isinstance(field, ForeignKey) and not getattr(field, "db_constraint"):  # noqa: B009  unknown to the stubs
            if field.name == "organisation" and _names_a_row_of_it(model):
                continue
            yield _reference(model._meta.db_table, field)


def _names_a_row_of_it(model: type[Model]) -> bool:
    """Whose row must name another of the organisation needs no look of its own at the organisation."""
    return any(
        isinstance(field, TenantForeignKey) and not field.null and field.related_model is not model
        for field in model._meta.local_concrete_fields
    )


def _reference(table: str, field: ForeignKey[Any, Any]) -> str:
    """PostgreSQL looks for orphans as the owner, whom FORCE would hold to one organisation's rows."""
    target = field.related_model._meta
    tenant = "organisation_id, " if isinstance(field, TenantForeignKey) else ""
    name = f"{table}_{field.column}_tenant_fk"[:63]
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = '{table}'::regclass"
        f" AND conname = '{name}') THEN"
        f" ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
        f" ALTER TABLE {target.db_table} NO FORCE ROW LEVEL SECURITY;"
        f" ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({tenant}{field.column})"
        f" REFERENCES {target.db_table} ({tenant}{target.pk.column});"
        f" {_force(target.db_table)} {_force(table)} END IF; END $$"
    )


def _force(table: str) -> str:
    """Force it (again) where row-level security is on at all: accounts_user has none."""
    is_walled = f"(SELECT relrowsecurity FROM pg_class WHERE oid = '{table}'::regclass)"  # noqa: S608
    return f"IF {is_walled} THEN ALTER TABLE {table} FORCE ROW LEVEL SECURITY; END IF;"


def _unless_policy(table: str, name: str, rule: str) -> str:
    return (
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_policy"
        f" WHERE polrelid = '{table}'::regclass AND polname = '{name}') THEN"
        f" CREATE POLICY {name} ON {table} {rule}; END IF; END $$"
    )
