"""The values of a KPI that is entered by hand: entered on its page, and confirmed by somebody else."""

from datetime import date

import pytest
from django.test import Client

from kpis.models import Entry, Kpi
from kpis.services.definitions import KpiFacts
from kpis.services.entries import create_manual_kpi
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from tests.builders import NOON
from tests.kpis.builders import drained
from tests.lasting import lasting
from tests.web.pages.kit import Scene, hidden, sent, text_of

pytestmark = pytest.mark.django_db

NEW = "/o/acme/kpis/new/by-hand/"
PAGE = "/o/acme/kpis/share/"
VALUE = {
    "dated_on": "2026-05-04",
    "value": "12.5",
    "source": "Survey",
    "evidence": "https://example.com/survey",
    "note": "",
}


@lasting(at=NOON)
def share(scene: Scene) -> Kpi:
    for organisation in (scene.acme, scene.world.other):
        with acting_for(organisation.pk):
            kpi = create_manual_kpi(
                system_actor(organisation),
                key="share",
                unit="percent",
                facts=KpiFacts(name="Market share", decimals=1),
                adds_up=False,
                at=NOON,
            )
    with acting_for(scene.acme.pk):
        return Kpi.objects.get(key=kpi.key)


def the_entry(scene: Scene) -> Entry:
    with acting_for(scene.acme.pk):
        return Entry.objects.get()


def test_an_administrator_makes_one_in_a_dialog(scene: Scene, admin: Client) -> None:
    made = {
        "name": "Mood",
        "key": "",
        "about": "How it feels",
        "unit": "score",
        "manual": "sum",
        "decimals": "1",
    }
    said = {**hidden(admin, NEW), **made, "nature": "quality", "direction": "higher"}
    assert "do not add up over people" in admin.post(NEW, said).content.decode()
    sent(admin, NEW, {**said, "manual": "level"})
    page = text_of(admin, "/o/acme/kpis/mood/")
    assert "Enter a value" in page
    assert "Another definition" not in page
    assert "Another definition" in text_of(admin, "/o/acme/kpis/win_rate/")


def test_a_rep_enters_a_value_and_their_manager_confirms_it(scene: Scene, share: Kpi, admin: Client) -> None:
    rep, manager = scene.browser("rep"), scene.browser("manager")
    new = f"/o/acme/kpi-entries/new/{share.pk}/"
    assert "No value yet" in text_of(rep, PAGE)
    assert 'name="unit"' not in text_of(rep, new)
    sent(rep, new, {**hidden(rep, new), **VALUE, "person": str(scene.world.alice.pk)})
    entry = the_entry(scene)
    assert (entry.value, entry.scale, entry.dated_on, entry.state) == (
        125_000,
        1_000_000,
        date(2026, 5, 4),
        "entered",
    )
    page = text_of(rep, PAGE)
    assert '<p class="stat-value">—</p>' in page
    assert '<a class="small" href="https://example.com/survey" rel="noopener noreferrer"' in page
    confirm = f"/o/acme/kpi-entries/{entry.pk}/confirm/"
    assert confirm not in page
    assert rep.post(confirm, {"version": 1, "words": ""}).status_code == 403
    assert "Market share: 1 value" in text_of(manager, "/o/acme/kpis/")
    assert confirm in text_of(manager, PAGE)
    sent(manager, confirm, {**hidden(manager, confirm), "words": "Seen"})
    drained(scene.acme)
    assert '<p class="stat-value">12.5%</p>' in text_of(rep, PAGE)
    assert "Market share: 1 value" not in text_of(manager, "/o/acme/kpis/")
    withdraw = f"/o/acme/kpi-entries/{entry.pk}/withdraw/"
    assert "Say it in a few words." in sent(
        admin, withdraw, {**hidden(admin, withdraw), "words": ""}, status=422
    )
    sent(admin, withdraw, {**hidden(admin, withdraw), "words": "Another market"})
    assert '<p class="stat-value">—</p>' in text_of(rep, PAGE)


def test_what_is_rejected_says_why(scene: Scene, share: Kpi, admin: Client) -> None:
    manager, new = scene.browser("manager"), f"/o/acme/kpi-entries/new/{share.pk}/"
    sent(manager, new, {**hidden(manager, new), **VALUE, "unit": str(scene.world.north.pk), "person": ""})
    entry = the_entry(scene)
    reject = f"/o/acme/kpi-entries/{entry.pk}/reject/"
    sent(admin, reject, {**hidden(admin, reject), "words": "Too old"})
    page = text_of(manager, PAGE)
    assert "Rejected" in page
    assert "Too old" in page
    assert "12.5%" in page
    assert admin.get(f"/o/acme/kpi-entries/{entry.pk + 1}/confirm/").status_code == 404
    assert sent(manager, new, {**hidden(manager, new), **VALUE, "value": "1.23456"}, status=422)
