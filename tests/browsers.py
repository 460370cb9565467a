"""A real browser, and how somebody signs in with it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.builders import PASSWORD


@contextmanager
def chromium() -> Iterator[Browser]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=sandbox)
        yield browser
        browser.close()


def signed_in(
    browser: Browser,
    server: LiveServer,
    name: str,
    path: str = "today/",
    *,
    width: int = 1440,
    height: int = 900,
    **more: Any,
) -> Page:
    """A page of Acme, opened by one of its members, in a context of its own."""
    context = browser.new_context(locale="en-US", viewport={"width": width, "height": height}, **more)
    page = context.new_page()
    page.goto(f"{server.url}/o/acme/{path}")
    sign_in(page, f"{name}@acme.example")
    page.wait_for_url(f"**/o/acme/{path}")
    return page


def sign_in(page: Page, email: str) -> None:
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form:has([name=login]) [type=submit]")
