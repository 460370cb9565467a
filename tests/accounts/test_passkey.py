"""A passkey in a real browser, with an authenticator that exists in the browser alone."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from salestargets.tenancy.choices import Role
from tests.browsers import sign_in
from tests.builders import PASSWORD, a_member, an_organisation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMAIL = "rep@acme.example"


def with_authenticator(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_passkey_is_added_and_signs_in_without_a_password(
    browser: Browser, live_server: LiveServer
) -> None:
    a_member(an_organisation("acme"), EMAIL, Role.REP)
    page = browser.new_page(locale="en-US")
    with_authenticator(page)
    page.goto(f"{live_server.url}/accounts/login/?next=/accounts/2fa/webauthn/add/")
    sign_in(page, EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("main form:has([name=password]) [type=submit]")
    page.fill("[name=name]", "This browser")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/accounts/2fa/recovery-codes/**")

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_role("button", name="passkey").click()
    page.wait_for_url("**/o/acme/today/")
    expect(page.get_by_role("heading").first).to_be_visible()
