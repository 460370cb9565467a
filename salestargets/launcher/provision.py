"""Three logins and a database: the owner migrates, the application owns nothing, the bypass login backs up.

Everything here may run twice. What the logins may do to tables follows from default privileges, set before
the first migration, so that a migration can take a privilege away again and it stays away.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
from psycopg2 import extensions
from psycopg2.sql import SQL, Composed, Identifier, Literal

from salestargets.launcher.console import LauncherError
from salestargets.launcher.database_url import changed, parts

OLDEST_POSTGRES = 15
#: What a role may not do for ever: a page that hangs must not take the database with it.
APP_SETTINGS = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}


@dataclass(frozen=True)
class Logins:
    app: str
    owner: str
    bypass: str | None = None

    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.app,
            "DATABASE_OWNER_URL": self.owner,
            **({"DATABASE_BYPASS_URL": self.bypass} if self.bypass else {}),
        }


@dataclass(frozen=True)
class _Rights:
    superuser: bool
    create_roles: bool
    create_databases: bool
    bypass: bool


def provision(admin_url: str, wanted: Logins, *, for_tests: bool = False) -> Logins:
    """Create or mend the roles and the database that `wanted` names, and return the logins that exist now.

    `for_tests` lets the owner make databases and end the application's sessions.
    Raises LauncherError if the admin login lacks a right.
    """
    database = parts(wanted.app)["dbname"]
    with _connected(admin_url, maintenance=True) as cursor:
        rights = _rights(cursor)
        if not rights.superuser and not (rights.create_roles and rights.create_databases):
            raise LauncherError(
                "The login that sets up the database needs CREATEROLE and CREATEDB, or to be a superuser."
            )
        if not rights.bypass:
            wanted = Logins(app=wanted.app, owner=wanted.owner)
        _create_roles(cursor, wanted, rights)
        if for_tests:
            _let_owner_manage_databases(cursor, wanted)
        _create_database(cursor, database, owner=_role(wanted.owner))
    with _connected(wanted.owner) as cursor:
        _grant(cursor, database, wanted)
    return wanted


def find_logins(environ: Mapping[str, str], *, password_of: Callable[[str], str]) -> Logins:
    """The logins for the server that the environment names, provisioned where its login may do that.

    `DATABASE_ADMIN_URL` provisions the logins of the other URLs; a `DATABASE_URL` that may create roles
    provisions `<database>_app`, `_owner` and `_bypass`; any other is the application's, used as it is.
    """
    url, owner, bypass = (environ.get(f"DATABASE_{kind}URL", "") for kind in ("", "OWNER_", "BYPASS_"))
    if admin := environ.get("DATABASE_ADMIN_URL"):
        _require(owner, "DATABASE_ADMIN_URL is set")
        return provision(admin, Logins(app=url, owner=owner, bypass=bypass or None))
    if may_provision(url):
        name = parts(url).get("dbname", "postgres")
        return provision(url, derived_logins(url, database=_own_name(name), password_of=password_of))
    _require(owner, "DATABASE_URL names an ordinary login")
    return Logins(app=url, owner=owner, bypass=bypass or None)


def _own_name(database: str) -> str:
    """Never work in the database that every server brings along."""
    return "salestargets" if database in ("postgres", "template1") else database


def _require(owner: str, because: str) -> None:
    if not owner:
        raise LauncherError(
            f"{because}, so DATABASE_OWNER_URL is needed too: the login that owns and migrates the tables. "
            "Or give DATABASE_URL a login with CREATEROLE and CREATEDB; the others are then made for you."
        )


def random_password(_kind: str) -> str:
    return secrets.token_urlsafe(24)


def derived_logins(
    admin_url: str, *, database: str, password_of: Callable[[str], str] = random_password
) -> Logins:
    """The logins of a database that we provision ourselves."""

    def login(kind: str) -> str:
        return changed(admin_url, user=f"{database}_{kind}", password=password_of(kind), name=database)

    return Logins(app=login("app"), owner=login("owner"), bypass=login("bypass"))


def may_provision(url: str) -> bool:
    """Whether the login of this URL may make roles and databases.

    Raises LauncherError if it is no such URL, or the server does not answer.
    """
    parts(url)
    with _connected(url, maintenance=True) as cursor:
        rights = _rights(cursor)
    return rights.superuser or (rights.create_roles and rights.create_databases)


def drop(admin_url: str, logins: Logins) -> None:
    """Remove the roles and all databases of their owner: what was thrown away, on a server that stays."""
    with _connected(admin_url, maintenance=True) as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE rolname = %s",
            [_role(logins.owner)],
        )
        for (database,) in cursor.fetchall():
            cursor.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(database)))
        for url in filter(None, (logins.app, logins.bypass, logins.owner)):
            cursor.execute(SQL("DROP ROLE IF EXISTS {}").format(Identifier(_role(url))))


@contextmanager
def _connected(url: str, *, maintenance: bool = False) -> Iterator[extensions.cursor]:
    """A cursor that commits each statement, in the URL's database or in the one that always exists."""
    try:
        connection = psycopg2.connect(
            changed(url, name="postgres") if maintenance else url, connect_timeout=10
        )
    except psycopg2.OperationalError as error:
        raise LauncherError(f"The database does not answer: {str(error).strip()}") from error
    try:
        connection.autocommit = True
        if connection.server_version < OLDEST_POSTGRES * 10_000:
            raise LauncherError(f"salestargets needs PostgreSQL {OLDEST_POSTGRES} or newer.")
        with connection.cursor() as cursor:
            yield cursor
    except psycopg2.errors.InsufficientPrivilege as error:
        raise LauncherError(f"The database login lacks a right: {str(error).strip()}") from error
    finally:
        connection.close()


def _role(url: str) -> str:
    return parts(url)["user"]


def _rights(cursor: extensions.cursor) -> _Rights:
    cursor.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolsuper OR rolbypassrls AND %s >= 160000"
        " FROM pg_roles WHERE rolname = current_user",
        [cursor.connection.server_version],
    )
    return _Rights(*cursor.fetchall()[0])


def _create_roles(cursor: extensions.cursor, logins: Logins, rights: _Rights) -> None:
    for url, attributes in (
        (logins.owner, SQL("LOGIN")),
        (logins.app, SQL("LOGIN")),
        (logins.bypass, SQL("LOGIN BYPASSRLS")),
    ):
        if url is not None:
            _create_role(cursor, url, attributes)
    if not rights.superuser:  # only a member of the owner may give it a database
        cursor.execute(SQL("GRANT {} TO CURRENT_USER").format(Identifier(_role(logins.owner))))
    _refuse_powerful(cursor, _role(logins.app))
    app = Identifier(_role(logins.app))
    for name, value in APP_SETTINGS.items():
        cursor.execute(SQL("ALTER ROLE {} SET {} = {}").format(app, Identifier(name), Literal(value)))


def _create_role(cursor: extensions.cursor, url: str, attributes: SQL) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [_role(url)])
    verb = SQL("ALTER" if cursor.fetchone() else "CREATE")
    password = Literal(parts(url).get("password"))
    cursor.execute(
        SQL("{} ROLE {} {} PASSWORD {}").format(verb, Identifier(_role(url)), attributes, password)
    )


def _refuse_powerful(cursor: extensions.cursor, app: str) -> None:
    cursor.execute("SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = %s", [app])
    if cursor.fetchone() != (False,):
        raise LauncherError(
            f"The role {app!r} may pass row-level security or create roles. The application must not: "
            "give DATABASE_URL another role, or take these rights away with ALTER ROLE."
        )


def _let_owner_manage_databases(cursor: extensions.cursor, logins: Logins) -> None:
    owner = Identifier(_role(logins.owner))
    cursor.execute(SQL("ALTER ROLE {} CREATEDB").format(owner))
    cursor.execute(SQL("GRANT {} TO {}").format(Identifier(_role(logins.app)), owner))


def _create_database(cursor: extensions.cursor, database: str, *, owner: str) -> None:
    cursor.execute(
        "SELECT rolname FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE datname = %s",
        [database],
    )
    row = cursor.fetchone()
    names = {"database": Identifier(database), "owner": Identifier(owner)}
    if row is None:
        # A collation of the database that is the same on every machine; people's order is made in Python.
        cursor.execute(
            SQL(
                "CREATE DATABASE {database} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
            ).format(**names)
        )
    elif row != (owner,):
        cursor.execute(SQL("ALTER DATABASE {database} OWNER TO {owner}").format(**names))


def _grant(cursor: extensions.cursor, database: str, logins: Logins) -> None:
    for statement in grants(database, logins):
        cursor.execute(statement)


def grants(database: str, logins: Logins) -> list[Composed]:
    """What the owner of the database says so that the others can work in it."""
    roles = SQL(", ").join(Identifier(_role(url)) for url in (logins.app, logins.bypass) if url)
    names = {"database": Identifier(database), "roles": roles, "owner": Identifier(_role(logins.owner))}
    statements = [
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {roles}",  # imports go through a temporary table
        "GRANT USAGE ON SCHEMA public TO {roles}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {roles}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {roles}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT EXECUTE ON FUNCTIONS TO {roles}",
    ]
    return [SQL(statement).format(**names) for statement in statements]
