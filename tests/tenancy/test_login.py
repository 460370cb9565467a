import os

import psycopg2
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from salestargets.tenancy import login

pytestmark = pytest.mark.django_db


def test_the_applications_login_is_plain() -> None:
    with connection.cursor() as cursor:
        cursor.execute(login._QUESTION)
        assert cursor.fetchone() == (False, False, False)


def test_the_owner_of_the_tables_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Powerful:
        def cursor(self):
            return connection.cursor()

        def close(self) -> None:
            """The test's own connection stays open."""

    monkeypatch.setattr(login, "connection", Powerful())
    login.refuse_powerful_login()
    monkeypatch.setattr(login, "_QUESTION", "SELECT false, false, true")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        login.refuse_powerful_login()


def test_the_owner_is_recognised() -> None:
    with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as owner, owner.cursor() as cursor:
        cursor.execute(login._QUESTION)
        is_superuser, bypasses, _owns = cursor.fetchone()
    assert (is_superuser, bypasses) == (False, False)
