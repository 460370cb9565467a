"""Templates: what measures whom, changed by administrators with a day, and kept as it was before."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kpis.models import Template, TemplateVersion
from salestargets.tenancy.context import acting_for
from tests.builders import a_person
from tests.web.pages.kit import HTMX, Scene, hidden, sent, text_of

pytestmark = pytest.mark.django_db

TEMPLATES = "/o/acme/kpis/templates/"
WRITTEN = {
    "name": "Key accounts",
    "subject": "person",
    "jobs": "Account manager，Key account manager",
    "levels": "",
    "tenure_from": "6",
    "tenure_to": "",
    "position": "1",
    "starts_on": "2026-04-01",
    "kpi-0": "won_revenue",
    "weight-0": "66.67",
    "target-0": "120,000",
    "span-0": "quarter",
    "ramp-0": "on",
    "kpi-1": "win_rate",
    "weight-1": "33.33",
    "threshold-1": "50",
    "cap-1": "120",
}


def one(scene: Scene, key: str = "veteran") -> Template:
    with acting_for(scene.acme.pk):
        return Template.objects.get(key=key)


def test_the_list_tells_in_order_what_measures_whom(
    scene: Scene, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = text_of(admin, TEMPLATES)
    names = ("Team lead", "New product", "New hire", "Veteran", "Unit")
    places = [page.index(f">{name}</a>") for name in names]
    assert places == sorted(places)
    assert "People, by their own numbers · the first 6 months" in page
    with django_assert_num_queries(24):
        admin.get(TEMPLATES)
    for name in ("Dora", "Eve", "Finn"):
        a_person(scene.acme, name, unit=scene.world.west)
    with django_assert_num_queries(24):
        admin.get(TEMPLATES)
    lines = b"".join(admin.get(f"{TEMPLATES}?export=csv").streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    assert lines[0] == "Order,Name,For,KPIs,Holds from,People now"
    assert lines[4].startswith('4,Veteran,"People, by their own numbers","Won revenue 40%,')


def test_a_template_is_written_with_its_rule_its_weights_and_its_day(scene: Scene, admin: Client) -> None:
    sent(admin, f"{TEMPLATES}new/", WRITTEN)
    with acting_for(scene.acme.pk):
        row = TemplateVersion.objects.get(template__name="Key accounts")
        assert (row.jobs, row.tenure_from, row.starts_on) == (
            ["Account manager", "Key account manager"], 6, date(2026, 4, 1),
        )  # fmt: skip
    page = text_of(admin, f"{TEMPLATES}{row.template_id}/")
    for told in ("66.67%", "33.33%", "$120,000 a quarter", "50%", "from month 6 on", "Nobody."):
        assert told in page


def test_a_form_whose_weights_do_not_sum_says_so_and_keeps_what_was_written(
    scene: Scene, admin: Client
) -> None:
    page = sent(admin, f"{TEMPLATES}new/", {**WRITTEN, "weight-1": "33.32"}, 422)
    assert "The weights sum to 99.99 %, not to 100 %." in page
    assert 'value="66.67"' in page
    page = sent(admin, f"{TEMPLATES}new/", {**WRITTEN, "weight-1": ""}, 422)
    assert "Enter a weight." in page
    with acting_for(scene.acme.pk):
        assert Template.objects.count() == 5


def test_a_change_makes_a_version_that_tells_what_it_changed(scene: Scene, admin: Client) -> None:
    path = f"{TEMPLATES}{one(scene).pk}/"
    data = {
        **WRITTEN,
        "name": "Veteran",
        "starts_on": "2026-07-01",
        "why": "Margins",
        **hidden(admin, f"{path}edit/"),
    }
    sent(admin, f"{path}edit/", data)
    page = text_of(admin, path)
    for told in ("From Jul 1, 2026", "version 2", "From the beginning", "Margins"):
        assert told in page
    assert "40%" in page.partition("Versions")[0]  # what holds today
    assert "66.67%, target $120,000 a quarter, new hires carry less" in page


def test_a_template_is_retired_from_a_day(scene: Scene, admin: Client) -> None:
    path = f"{TEMPLATES}{one(scene).pk}/"
    data = {"starts_on": "2026-04-01", "why": "Too old", **hidden(admin, f"{path}retire/")}
    sent(admin, f"{path}retire/", data)
    assert "Retired" in text_of(admin, path)
    assert "Not in use today" in text_of(admin, TEMPLATES)


def test_a_template_is_chosen_on_the_page_of_a_person(scene: Scene, admin: Client) -> None:
    path = f"/o/acme/people/{scene.world.alice.pk}/template/"
    part = admin.get(path, headers=HTMX).content.decode()
    assert "Veteran" in part
    assert "by the rules, this quarter" in part
    chosen = {"template": one(scene, "new_hire").pk, "starts_on": "2026-04-01", "why": "Back from leave"}
    sent(admin, f"{path}choose/", {**chosen, **hidden(admin, f"{path}choose/")})
    page = text_of(admin, path)
    for told in ("New hire", "chosen by hand, this quarter", "Back from leave"):
        assert told in page
    assert "template/choose/" not in text_of(
        scene.browser("rep"), f"/o/acme/people/{scene.world.alice.pk}/template/"
    )
