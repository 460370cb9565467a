"""The database wall holds only for a login that neither owns the tables nor bypasses their policies."""

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

log = structlog.get_logger(__name__)

_QUESTION = """
SELECT rolsuper, rolbypassrls,
       EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND relname = 'tenancy_organisation')
FROM pg_roles r WHERE rolname = current_user
"""


def refuse_powerful_login() -> None:
    """Called where web and worker start. A database that is down is no reason not to start."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_QUESTION)
            is_superuser, bypasses, owns = cursor.fetchone()
    except OperationalError as error:
        log.warning("database_unreachable_at_start", error=repr(error))
        return
    finally:
        connection.close()
    if is_superuser or bypasses or owns:
        raise ImproperlyConfigured(
            "DATABASE_URL is a superuser, the owner of the tables, or bypasses row-level security, so"
            " organisations would not be kept apart. Use the application's login:"
            " `python -m salestargets.launcher provision` makes it."
        )
