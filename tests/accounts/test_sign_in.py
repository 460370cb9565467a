"""Who comes in: password, second factor, recovery codes, and how one gets out everywhere."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from salestargets.tenancy.choices import Role
from tests.builders import NOON, PASSWORD, a_member, an_organisation

pytestmark = pytest.mark.django_db

EMAIL = "rep@acme.example"
LOGIN, TODAY = "/accounts/login/", "/o/acme/today/"
SECOND_STEP, TOTP = "/accounts/2fa/authenticate/", "/accounts/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def a_rep(time_machine: Any) -> None:
    cache.clear()
    time_machine.move_to(NOON, tick=False)
    a_member(an_organisation("acme"), EMAIL, Role.REP)


def sent(client: Client, password: str = PASSWORD, email: str = EMAIL) -> HttpResponse:
    return client.post(LOGIN, {"login": email, "password": password})


def signed_in() -> Client:
    client = Client()
    assert sent(client).status_code == 302
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    return client.get(TODAY).status_code == 200


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def with_totp(client: Client) -> str:
    """Switch the second step on, which asks for the password again; returns the authenticator's secret."""
    assert client.get(TOTP).headers["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(TOTP).content.decode()
    [secret] = re.findall(r"\b[A-Z2-7]{32}\b", page)[:1]
    assert client.post(TOTP, {"code": code_of(secret)}).status_code == 302
    return secret


def test_a_wrong_password_and_an_unknown_address_are_answered_alike() -> None:
    wrong = sent(Client(), "not the password").content.decode()
    unknown = sent(Client(), email="nobody@acme.example").content.decode()
    said = re.compile(r"errorlist|invalid-feedback|alert")
    assert said.search(wrong)
    assert _without(wrong, EMAIL) == _without(unknown, "nobody@acme.example")


def _without(page: str, email: str) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"|nonce-\S+|\s+', " ", page.replace(email, "…"))


def test_guessing_is_stopped_even_with_the_right_password_after_it() -> None:
    for guess in range(5):
        sent(Client(), f"guess {guess}")
    client = Client()
    assert sent(client).status_code != 302
    assert not is_in(client)


def test_nobody_signs_up_by_themselves() -> None:
    page = Client().get("/accounts/signup/")
    assert b'name="password1"' not in page.content


def test_the_second_step_is_asked_for_once_it_is_on(time_machine: Any) -> None:
    secret = with_totp(signed_in())
    time_machine.move_to(NOON + timedelta(minutes=2), tick=False)
    client = Client()
    assert sent(client).headers["Location"].startswith(SECOND_STEP)
    assert not is_in(client)
    assert client.post(SECOND_STEP, {"code": "000000"}).status_code == 200
    assert not is_in(client)
    assert client.post(SECOND_STEP, {"code": code_of(secret)}).status_code == 302
    assert is_in(client)


def test_a_recovery_code_opens_once() -> None:
    client = signed_in()
    with_totp(client)
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    code, *_others = re.findall(r"\b[0-9a-f]{8}\b", page)
    for expected in (True, False):
        other = Client()
        sent(other)
        other.post(SECOND_STEP, {"code": code})
        assert is_in(other) is expected


def test_a_session_is_noted_seldom_so_that_one_browsers_requests_do_not_wait_for_each_other(
    time_machine: Any,
) -> None:
    client = signed_in()

    def seen(after: timedelta, agent: str = "here") -> timedelta:
        time_machine.move_to(NOON + after, tick=False)
        client.get("/accounts/sessions/", headers={"user-agent": agent})
        return UserSession.objects.get().last_seen_at - NOON

    assert seen(timedelta(0)) == timedelta(0)
    assert seen(timedelta(minutes=9)) == timedelta(0)
    assert seen(timedelta(minutes=11)) == timedelta(minutes=11)
    assert seen(timedelta(minutes=12), agent="elsewhere") == timedelta(minutes=12)


def test_the_list_of_sessions_ends_the_others() -> None:
    here, elsewhere = signed_in(), signed_in()
    assert "127.0.0.1" in here.get("/accounts/sessions/").content.decode()
    here.post("/accounts/sessions/")
    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_who_has_set_a_password_is_led_to_the_sign_in(client: Client) -> None:
    page = client.get("/accounts/password/reset/key/done/").content.decode()
    assert "Your password is changed." in page
    assert 'href="/accounts/login/"' in page
