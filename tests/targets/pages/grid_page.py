"""The planning grid in a browser: its page, and a server that answers what the tests want it to answer."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page, Route

from targets.domain.difficulty import word_of

URL = "https://grid.example/o/acme/plans/1/goals/7/grid/"
PAGE = """{% load static %}{% get_current_language as LANGUAGE_CODE %}<!doctype html>
<html lang="{{ LANGUAGE_CODE }}"><head><title>Plan</title>{% include "includes/head.html" %}
<script type="module" src="{% static 'js/grid.js' %}"></script></head>
<body class="app"><main class="app-main"><h1>Plan</h1>
<section class="card card-flush">{% include "targets/includes/grid.html" %}</section>
<a href="#after">After</a></main>{% include "includes/toasts.html" %}</body></html>"""
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
MONTHS = ("2026-07-01", "2026-08-01", "2026-09-01")
COLUMNS: list[dict[str, Any]] = [
    {"key": "total"},
    *({"key": key, "label": key[:7], "kind": "month", "of": [key]} for key in MONTHS),
    {"key": "2026-07-01/2026-10-01", "label": "Q3", "kind": "quarter", "of": list(MONTHS)},
]


def a_row(key: str, parent: str | None, name: str, *months: int | None, **more: Any) -> dict[str, Any]:
    known = [amount for amount in months if amount is not None]
    return {
        "key": key,
        "parent": parent,
        "name": name,
        "is_unit": key.startswith("unit:"),
        "is_stray": False,
        "joined_on": None,
        "last_day": None,
        "writable": True,
        "may_split": key.startswith("unit:"),
        "held": False,
        "held_months": [],
        "total": sum(known) if known else None,
        "months": list(months),
        "computed": None,
        "proposed": None,
        "agreed": False,
        "coming": [],
        "now": None,
        "target": 5,
        **more,
    }


def acme() -> list[dict[str, Any]]:
    """In cents. East gives 100.00 less than it has; West, 50.00 more."""
    return [
        a_row("unit:1", None, "Acme", 90_000, 90_000, 90_000, writable=False),
        a_row("unit:2", "unit:1", "East", 50_000, 50_000, 50_000),
        a_row("person:1", "unit:2", "Alice", 20_000, 20_000, 20_000),
        a_row("person:2", "unit:2", "Bob", 30_000, 30_000, 20_000),
        a_row("unit:3", "unit:1", "West", 40_000, 40_000, 40_000),
        a_row("person:3", "unit:3", "Carol", 45_000, 40_000, 40_000),
    ]


def many(people: int) -> list[dict[str, Any]]:
    teams = [a_row(f"unit:{n}", "unit:1", f"Team {n}", 1, 2, 3) for n in range(2, 12)]
    each = people // len(teams)
    below = {
        team["key"]: [
            a_row(f"person:{team['key'][5:]}{n:04}", team["key"], f"Rep {n}", 1, 2, 3) for n in range(each)
        ]
        for team in teams
    }
    return [
        a_row("unit:1", None, "Acme", 9, 9, 9),
        *(row for team in teams for row in (team, *below[team["key"]])),
    ]


@dataclass
class Server:
    """Keeps the numbers. `before` sees each POST first and may answer it."""

    rows: list[dict[str, Any]] = field(default_factory=acme)
    more: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    before: Callable[[Route], bool] = lambda _route: False
    past: dict[str, list[int]] = field(default_factory=dict)

    def row(self, key: str) -> dict[str, Any]:
        return next(row for row in self.rows if row["key"] == key)

    def put(self, key: str, month: int, amount: int) -> None:
        row = self.row(key)
        row["months"][month] = amount
        row["total"] = sum(each for each in row["months"] if each is not None)

    def value(self, key: str, column: str) -> int | None:
        row = self.row(key)
        amount: int | None = row["months"][MONTHS.index(column)] if column in MONTHS else row["total"]
        return amount

    def answer(self, route: Route, language: str) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            _file(route, finders.find(path.removeprefix("/static/")))
        elif not path.startswith(urlsplit(URL).path):
            _html(route, language)
        elif path.endswith("/past/"):
            _json(route, self._past())
        elif route.request.method == "GET":
            _json(route, self._sheet())
        elif not self.before(route):
            self._write(route, path.removeprefix(urlsplit(URL).path))

    def _sheet(self) -> dict[str, Any]:
        said = {"goal": 7, "version": 1, "unit": "money", "currency": "USD", "places": 2, "state": "draft"}
        rules = [["shape", "In their shape"], ["even", "Evenly"]]
        return {
            **said,
            "is_level": False,
            "needs_reason": False,
            "columns": COLUMNS,
            "rows": self.rows,
            "rules": rules,
            **self.more,
        }

    def _past(self) -> dict[str, Any]:
        words = [[word_of(reached, of) for reached in range(of + 1)] for of in range(9)]
        past = {row["key"]: [] for row in self.rows} | self.past
        return {"is_lower_better": False, "words": words, "past": past}

    def _write(self, route: Route, what: str) -> None:
        body = json.loads(route.request.post_data or "{}")
        self.asked.append((what, body))
        status, said = {"": self._edit, "hold/": self._hold, "undo/": self._undo}[what](body)
        _json(route, said, status)

    def _edit(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        stale = [
            {
                "holder": edit["holder"],
                "column": edit["column"],
                "now": now,
                "by": "Mona",
                "at": "2026-07-01T10:00:00Z",
            }
            for edit in body["edits"]
            if (now := self.value(edit["holder"], edit["column"])) != edit["was"]
        ]
        if stale:
            return 409, {
                "detail": "stale",
                "stale": stale,
                "rows": [self.row(cell["holder"]) for cell in stale],
            }
        for edit in body["edits"]:
            if edit["column"] in MONTHS:
                self.put(edit["holder"], MONTHS.index(edit["column"]), edit["amount"])
            else:
                self._spread(self.row(edit["holder"]), edit["amount"])
        return 200, {
            "version": 2,
            "rows": [copy.deepcopy(self.row(edit["holder"])) for edit in body["edits"]],
        }

    def _spread(self, row: dict[str, Any], amount: int) -> None:
        row["months"] = [amount // 3 + (n < amount % 3) for n in range(3)]
        row["total"] = amount

    def _hold(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        for cell in body["cells"]:
            row = self.row(cell["holder"])
            if cell["column"] == "total":
                row["held"] = body["held"]
            else:
                row["held_months"] = [cell["column"]] if body["held"] else []
        return 200, {"version": 2, "rows": [self.row(cell["holder"]) for cell in body["cells"]]}

    def _undo(self, _body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 409, {"detail": "Later changes stand on it."}


def a_context(browser: Browser, server: Server, *, language: str = "en", **how: Any) -> BrowserContext:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **how})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin="https://grid.example")
    context.route("**/*", lambda route: server.answer(route, language))
    return context


def a_page(context: BrowserContext) -> Page:
    """Opened, its numbers shown."""
    page = context.new_page()
    page.goto("https://grid.example/o/acme/plans/1/")
    page.get_by_role("rowheader").first.wait_for()
    return page


def _file(route: Route, found: Any) -> None:
    path = Path(found)
    route.fulfill(path=path, content_type=KINDS.get(path.suffix, "text/plain"))


def _html(route: Route, language: str) -> None:
    request = SimpleNamespace(organisation=SimpleNamespace(slug="acme", name="Acme"), actor=None, path="/")
    with translation.override(language):
        text = (
            engines["django"].from_string(PAGE).render({"request": request, "grid_url": urlsplit(URL).path})
        )
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
    route.fulfill(
        body=text, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy}
    )


def _json(route: Route, said: dict[str, Any], status: int = 200) -> None:
    route.fulfill(body=json.dumps(said), status=status, content_type="application/json")
