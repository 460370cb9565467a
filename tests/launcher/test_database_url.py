import pytest

from salestargets.launcher.console import LauncherError
from salestargets.launcher.database_url import changed, parts


def test_a_login_is_exchanged_and_the_server_stays():
    url = changed("postgres://a:b@db:5433/x?sslmode=require", user="o@ner", password="p/w:1", name="y")
    assert url == "postgres://o%40ner:p%2Fw%3A1@db:5433/y?sslmode=require"
    assert parts(url) == {
        "user": "o@ner",
        "password": "p/w:1",
        "host": "db",
        "port": "5433",
        "dbname": "y",
        "sslmode": "require",
    }


def test_a_server_on_a_socket_keeps_its_folder():
    url = changed("postgres://postgres@/postgres?host=%2Ftmp%2FA%20b", user="app", password="s", name="x")
    assert parts(url) == {"user": "app", "password": "s", "host": "/tmp/A b", "dbname": "x"}


@pytest.mark.parametrize("url", ["", "foo", "mysql://a@b/c", "dbname=x", "postgres://a:geheim@[::1/x"])
def test_what_is_no_postgres_url_is_refused_without_showing_it(url: str):
    with pytest.raises(LauncherError, match="must look like postgres://") as refusal:
        parts(url)
    assert "geheim" not in str(refusal.value)
