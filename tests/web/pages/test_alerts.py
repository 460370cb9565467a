"""The inbox of alerts and the bell: what deviates, how badly, since when and why."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from salestargets.alerts.models import Alert, Rule, Severity
from salestargets.alerts.services.alerts import Finding, apply
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit
from tests.builders import NOON
from tests.web.pages.kit import FACTS, Scene, sent, text_of

pytestmark = pytest.mark.django_db

ALERTS = "/o/acme/alerts/"
LATER = NOON + timedelta(hours=2)


def raise_for(scene: Scene, holder: Person | Unit, severity: Severity = Severity.CRITICAL) -> None:
    is_unit = isinstance(holder, Unit)
    finding = Finding(severity, holder.pk if is_unit else None, None if is_unit else holder.pk, FACTS)
    with acting_for(scene.acme.pk):
        apply(Rule.objects.get(), {f"{type(holder).__name__}:{holder.pk}": finding}, at=LATER)


def clear(scene: Scene) -> None:
    with acting_for(scene.acme.pk):
        apply(Rule.objects.get(), {"target:1": None}, at=LATER)


def test_an_alert_says_who_what_how_badly_since_when_and_why(scene: Scene, admin: Client) -> None:
    page = text_of(admin, ALERTS)
    for part in (
        "Alice</a>",
        "Behind</span>",
        "At 67% of what was expected by now in “2026-Q2”",
        "May 12, 2026 12:00",
        '<dt>Target</dt><dd class="num">$300</dd>',
        '<dt>Expected by then</dt><dd class="num">$150</dd>',
    ):
        assert part in page
    assert "Charlie" not in page


def test_the_bell_counts_open_alerts_of_those_one_sees(scene: Scene) -> None:
    raise_for(scene, scene.world.carol)
    raise_for(scene, scene.world.west)
    counts = {"admin": 3, "viewer": 3, "manager": 1, "rep": 1}
    for role, count in counts.items():
        assert f'<span class="bell-count">{count}</span>' in text_of(scene.browser(role), "/o/acme/kpis/")
    clear(scene)
    assert "bell-count" not in text_of(scene.browser("rep"), "/o/acme/kpis/")


def test_what_has_cleared_is_kept_apart(scene: Scene, admin: Client) -> None:
    clear(scene)
    assert "Nothing is behind" in text_of(admin, ALERTS)
    page = text_of(admin, f"{ALERTS}?state=cleared")
    assert "Alice" in page
    assert "May 12, 2026 14:00" in page


def test_the_first_to_say_they_have_seen_it_counts(scene: Scene, admin: Client) -> None:
    path = f"{ALERTS}{scene.ours.alert_id}/acknowledge/"
    sent(scene.browser("rep"), path, {})
    sent(admin, path, {})
    with acting_for(scene.acme.pk):
        assert str(Alert.objects.get().acknowledged_by) == "alice@acme.example"
    assert "alice@acme.example" in text_of(admin, ALERTS)


def test_a_viewer_is_not_offered_to_say_so(scene: Scene) -> None:
    assert "acknowledge" not in text_of(scene.browser("viewer"), ALERTS)


def test_one_comes_back_to_where_one_was_and_nowhere_else(scene: Scene, admin: Client) -> None:
    path = f"{ALERTS}{scene.ours.alert_id}/acknowledge/"
    for given, leads_to in (
        ("/o/acme/today/", "/o/acme/today/"),
        ("https://evil.example/", ALERTS),
        ("//evil.example/", ALERTS),
        ("", ALERTS),
    ):
        assert admin.post(path, {"next": given}).url == leads_to


def test_three_alerts_ask_no_more_than_one(
    scene: Scene, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    admin.get(ALERTS)
    with django_assert_num_queries(14):
        admin.get(ALERTS)
    raise_for(scene, scene.world.carol)
    raise_for(scene, scene.world.west)
    with django_assert_num_queries(14):
        admin.get(ALERTS)
