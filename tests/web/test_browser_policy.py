"""The headers every answer carries, whoever asks and whatever comes of it."""

import re

import pytest
from django.conf import settings
from django.test import Client

from salestargets.web.assets import FILES, NODE_MODULES

POLICY = "Content-Security-Policy"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/no/such/page", "/livez", "/o/nobody/"])
def test_no_answer_allows_inline_or_foreign_code(client: Client, path: str) -> None:
    policy = client.get(path).headers[POLICY]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.django_db
def test_pages_are_not_kept_by_any_cache(client: Client) -> None:
    assert "no-store" in client.get("/accounts/login/").headers["Cache-Control"]


@pytest.mark.django_db
def test_sign_in_keeps_htmx_from_evaluating(client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert '"allowEval": false' in page
    assert '"includeIndicatorStyles": false' in page


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word"), [("en", "Sign in"), ("zh-hans", "登录")])
def test_sign_in_speaks_the_language_chosen(client: Client, language: str, word: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get("/accounts/login/").content.decode()
    assert f'lang="{language}"' in page
    assert f"<h1>{word}</h1>" in page


@pytest.mark.parametrize("source", FILES.values())
def test_every_packaged_asset_is_where_the_lock_puts_it(source: str) -> None:
    assert (NODE_MODULES / source).is_file()


def test_the_charts_never_call_home() -> None:
    script = (settings.BASE_DIR / "static/js/charts.js").read_text()
    assert re.search(r"showSendToCloud:\s*false", script)
    assert re.search(r'plotlyServerURL:\s*""', script)
    assert re.search(r"displaylogo:\s*false", script)
