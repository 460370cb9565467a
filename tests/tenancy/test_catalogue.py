"""The database as it is, against the rules: every table is a tenant's, or on a short list with a reason."""

from collections.abc import Iterator

import pghistory
import pytest
from django.apps import apps
from django.db import connection

from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import TenantForeignKey
from salestargets.tenancy.services.people import create_person
from tests.builders import an_organisation

pytestmark = pytest.mark.django_db

#: Tables of no organisation, and why.
SHARED = {
    "accounts_user": "one sign-in may belong to several organisations",
    "account_emailaddress": "belongs to a sign-in",
    "account_emailconfirmation": "belongs to a sign-in",
    "mfa_authenticator": "belongs to a sign-in",
    "usersessions_usersession": "belongs to a sign-in",
    "auth_group": "Django's own, unused",
    "auth_group_permissions": "Django's own, unused",
    "auth_permission": "Django's own, unused",
    "django_content_type": "Django's own",
    "django_migrations": "Django's own",
    "django_session": "a session begins before an organisation is chosen",
    "pghistory_context": "pghistory's own, and empty: who and why stand in each event, behind its wall",
    "jobs_wake": "the sweep asks for all organisations at once who has work; it holds nothing else",
}
#: Tenant tables whose rows are read before an organisation is chosen, and the one policy that allows it.
IDENTITY = {"tenancy_organisation", "tenancy_membership"}
CURRENT = "(current_setting('app.organisation'::text))::bigint"


def rows(sql: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def tables() -> set[str]:
    found = rows(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    return {name for (name,) in found}


def tenant_tables() -> list[str]:
    return sorted(tables() - set(SHARED))


def tenant_column(table: str) -> str:
    """One row of these is one tenant: its id is the tenant's."""
    return "id" if table in ("tenancy_organisation", "tenancy_organisationevent") else "organisation_id"


def test_every_shared_table_is_there_and_bears_no_organisation():
    assert set(SHARED) <= tables()
    bearing = rows("SELECT table_name FROM information_schema.columns WHERE column_name = 'organisation_id'")
    assert {name for (name,) in bearing} & set(SHARED) == {"jobs_wake"}


def test_no_other_relation_than_tables_holds_rows():
    other = rows(
        "SELECT relname FROM pg_class"
        " WHERE relkind IN ('m', 'f', 'v') AND relnamespace = 'public'::regnamespace"
    )
    assert other == []


def test_every_tenant_table_has_the_tenants_column_and_it_is_never_null():
    nullable = dict(
        rows(
            "SELECT table_name || '.' || column_name, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
    )
    assert {t: nullable.get(f"{t}.{tenant_column(t)}") for t in tenant_tables()} == dict.fromkeys(
        tenant_tables(), "NO"
    )


def test_row_level_security_is_enabled_and_forced_on_every_tenant_table():
    walls = {
        name: (enabled, forced)
        for name, enabled, forced in rows(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
    }
    assert {table: walls[table] for table in tenant_tables()} == dict.fromkeys(tenant_tables(), (True, True))


def policies(table: str) -> dict[str, tuple]:
    found = rows(
        "SELECT polname, polpermissive, polcmd::text, polroles::text,"
        " pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)"
        " FROM pg_policy WHERE polrelid = %s::regclass",
        table,
    )
    return {name: tuple(rest) for name, *rest in found}


@pytest.mark.parametrize("everyone", ["{0}"])
def test_the_policy_is_the_strict_one_to_the_letter(everyone):
    for table in tenant_tables():
        own = f"({tenant_column(table)} = {CURRENT})"
        if table not in IDENTITY:
            assert policies(table) == {"tenant": (True, "*", everyone, own, own)}, table
            continue
        insert = "true" if table == "tenancy_organisation" else own
        assert policies(table) == {
            "identity_read": (True, "r", everyone, "true", None),
            "tenant_insert": (True, "a", everyone, None, insert),
            "tenant_update": (True, "w", everyone, own, own),
            "tenant_delete": (True, "d", everyone, own, None),
        }, table


def indexes(table: str) -> Iterator[tuple[str, bool, str]]:
    """(name, is unique, first column) of every index."""
    yield from rows(
        "SELECT i.relname, x.indisunique, pg_get_indexdef(x.indexrelid, 1, true)"
        " FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = %s::regclass",
        table,
    )


#: Identity is looked up before there is an organisation: one by its slug, all those of a sign-in.
LED_BY_ANOTHER = {"tenancy_organisation": {"slug"}, "tenancy_membership": {"user_id"}}


def test_every_index_and_every_unique_begins_with_the_organisation():
    astray = {
        f"{table}.{name}": first
        for table in tenant_tables()
        for name, _unique, first in indexes(table)
        if first not in {tenant_column(table)} | LED_BY_ANOTHER.get(table, set())
        and not is_event_key(table, first)
    }
    assert astray == {}


def is_event_key(table: str, column: str) -> bool:
    """The organisation's own history has no other tenant column than `id`; its key is its own number."""
    return table == "tenancy_organisationevent" and column == "pgh_id"


def foreign_keys(table: str) -> Iterator[tuple[str, list[str], str, list[str], str]]:
    yield from rows(
        "SELECT c.conname, array(SELECT attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, o)"
        "   JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY o),"
        " c.confrelid::regclass::text, array(SELECT attname::text FROM unnest(c.confkey)"
        "   WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n"
        "   ORDER BY o), c.confdeltype::text"
        " FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = %s::regclass AND c.convalidated",
        table,
    )


def test_a_reference_between_tenant_tables_carries_the_organisation():
    astray = {
        f"{table}.{name}": (columns, target_columns)
        for table in tenant_tables()
        for name, columns, target, target_columns, _deletes in foreign_keys(table)
        if target in tenant_tables()
        and target != "tenancy_organisation"
        and (columns[0], target_columns[0]) != ("organisation_id", "organisation_id")
    }
    assert astray == {}


def test_no_reference_deletes_across_tables():
    cascading = {
        f"{table}.{name}"
        for table in tables()
        for name, *_rest, deletes in foreign_keys(table)
        if deletes not in ("a", "r")
    }
    assert cascading == set()


def test_every_reference_of_the_models_exists_in_the_database():
    for model in apps.get_models():
        table = model._meta.db_table
        if table not in tenant_tables() or hasattr(model, "pgh_tracked_model"):
            continue
        fields = model._meta.local_concrete_fields
        keys = list(foreign_keys(table))
        bound = {columns[-1] for _name, columns, *_rest in keys}
        required = {field.column for field in fields if not field.null}
        if any(required.issuperset(columns) and target != table for _name, columns, target, *_rest in keys):
            bound.add("organisation_id")  # as that of the row it must name
        for field in fields:
            if field.is_relation:
                assert field.column in bound, f"{table}.{field.column}"
                within = field.related_model._meta.db_table in tenant_tables()
                is_tenant = isinstance(field, TenantForeignKey)
                assert is_tenant == (within and field.name != "organisation"), f"{table}.{field.column}"


def test_the_role_of_web_worker_and_tests_is_plain():
    (flags,) = rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
        " WHERE rolname = current_user"
    )
    assert flags == (False, False, False, False, False)
    assert rows("SELECT relname FROM pg_class WHERE relowner = current_user::regrole") == []
    assert (
        rows("SELECT roleid::regrole::text FROM pg_auth_members WHERE member = current_user::regrole") == []
    )


def test_the_role_may_neither_truncate_nor_refer_nor_trigger():
    held = rows(
        "SELECT relname, privilege FROM pg_class,"
        " unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege"
        " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND has_table_privilege(pg_class.oid, privilege)"
    )
    assert held == []
    assert rows("SELECT has_schema_privilege('public', 'CREATE')") == [(False,)]


def test_one_function_runs_with_the_rights_of_its_owner_and_does_nothing_but_analyse():
    [(name, source, settings)] = rows(
        "SELECT proname, prosrc, proconfig FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    assert (name, settings) == ("refresh_statistics", ["search_path=pg_catalog, pg_temp"])
    assert " ".join(source.split()) == "BEGIN EXECUTE format('ANALYZE (SKIP_LOCKED) %s', relation); END"


def test_event_tables_are_append_only():
    for table in (t for t in tenant_tables() if t.endswith("event")):
        triggers = rows(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE '%%append_only%%'"
            " AND tgenabled = 'O'",
            table,
        )
        assert len(triggers) == 1, table


def test_who_and_why_stand_in_the_event_and_nowhere_else():
    acme = an_organisation("acme")
    with acting_for(acme.pk), pghistory.context(reason="canary"):
        create_person(system_actor(acme), name="Alice")
        assert rows("SELECT pgh_context ->> 'reason' FROM tenancy_personevent") == [("canary",)]
        assert rows("SELECT count(*) FROM pghistory_context") == [(0,)]
