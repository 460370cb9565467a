"""A KPI built in the browser, row by row, tried and saved; and its next definition."""

import re

import pytest
from django.test import Client

from kpis.models import Definition, Kpi, Selection
from kpis.recipes import recipe_of
from pipeline.models import Product
from salestargets.tenancy.context import acting_for
from tests.builders import NOON
from tests.kpis.builders import a_deal, drained
from tests.lasting import lasting
from tests.web.pages.kit import HTMX, Scene, text_of

pytestmark = pytest.mark.django_db

NEW = "/o/acme/kpis/new/"
SHARE = {
    "numerator-0-measure": "won_amount",
    "numerator-0-0-field": "product_group",
    "numerator-0-0-was": "product_group",
    "numerator-0-0-op": "any",
    "numerator-0-0-value": ["Robots"],
    "denominator-0-measure": "won_amount",
    "name": "Robots share",
    "key": "",
    "about": "How much of it is robots.",
    "unit": "percent",
    "nature": "outcome",
    "direction": "higher",
    "decimals": "1",
    "multiplier": "1",
}


@lasting(at=NOON)
def robots(scene: Scene) -> Product:
    with acting_for(scene.acme.pk):
        product = Product.objects.create(source="crm", external_id="R", name="Arm", group="Robots")
    a_deal(scene.acme, scene.world.alice, base=60_000, product=product)
    drained(scene.acme)
    return product


def page_of(admin: Client, do: str, status: int = 200, **more: object) -> str:
    answer = admin.post(NEW, {**SHARE, "do": do, **more}, headers=HTMX)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def test_rows_are_added_and_taken_away_and_nothing_is_kept(scene: Scene, admin: Client) -> None:
    grown = page_of(admin, "add:numerator")
    assert 'name="numerator-1-measure"' in grown
    conditioned = page_of(admin, "add:numerator:0")
    assert 'name="numerator-0-1-field"' in conditioned
    shrunk = page_of(admin, "remove:numerator:0:0")
    assert 'name="numerator-0-0-field"' not in shrunk
    assert 'name="denominator-0-measure"' not in page_of(admin, "remove:denominator:0")
    with acting_for(scene.acme.pk):
        assert not Kpi.objects.filter(name="Robots share").exists()


def test_another_field_forgets_what_was_asked_of_the_one_before(scene: Scene, admin: Client) -> None:
    page = page_of(admin, "", **{"numerator-0-0-field": "amount"})
    assert 'name="numerator-0-0-value" inputmode="decimal"' in page
    assert "Robots" not in page.split("What it is called")[0].split("As it stands")[0]


def test_a_recipe_is_tried_on_the_records_before_it_is_saved(
    scene: Scene, admin: Client, robots: Product
) -> None:
    page = page_of(admin, "try")
    assert "Amount of won deals (Product group is any of Robots) ÷ Amount of won deals" in page
    assert "75.00%" in page  # 600 of the scene's 800
    with acting_for(scene.acme.pk):
        assert not Kpi.objects.filter(name="Robots share").exists()


def test_a_kpi_is_made_and_measured(scene: Scene, admin: Client, robots: Product) -> None:
    answer = admin.post(NEW, {**SHARE, "do": "save"})
    assert answer.headers["Location"] == "/o/acme/kpis/robots-share/"
    drained(scene.acme)
    page = text_of(admin, "/o/acme/kpis/robots-share/")
    assert '<p class="stat-value">75.0%</p>' in page
    assert "How much of it is robots." in page
    with acting_for(scene.acme.pk):
        assert Selection.objects.get(filters__0__values=["Robots"]).counted_at is not None


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"name": ""}, "required"),
        ({"unit": "money"}, "counted in: Percent"),
        ({"numerator-0-measure": ""}, "Choose what is counted in each row"),
        ({"numerator-0-0-value": []}, "Choose what Product group is to be"),
        ({"numerator-0-0-field": ""}, "Choose the field of each condition"),
    ],
)
def test_what_cannot_be_saved_says_why(
    scene: Scene, admin: Client, sent: dict[str, object], told: str
) -> None:
    page = page_of(admin, "save", 422, **sent)
    assert told in page
    assert "Robots share" in page or "name" in sent
    with acting_for(scene.acme.pk):
        assert not Kpi.objects.filter(key="robots-share").exists()


def test_the_next_definition_begins_with_a_month_and_the_page_tells_both(
    scene: Scene, admin: Client, robots: Product
) -> None:
    admin.post(NEW, {**SHARE, "do": "save"})
    address = "/o/acme/kpis/robots-share/definition/"
    page = text_of(admin, address)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    first = re.search(r'name="holds_from" value="([-0-9]+)"', page)
    assert first
    sent = {
        **{name: value for name, value in SHARE.items() if "-" in name},
        "denominator-0-measure": "created_amount",
        "version": version[1],
        "holds_from": first[1],
        "reason": "Of what was begun",
        "do": "save",
    }
    answer = admin.post(address, sent)
    assert answer.headers["Location"] == "/o/acme/kpis/robots-share/"
    with acting_for(scene.acme.pk):
        kpi = Kpi.objects.get(key="robots-share")
        assert recipe_of(kpi).denominator[0].measure == "created_amount"
        assert Definition.objects.filter(kpi=kpi).count() == 2
    told = text_of(admin, "/o/acme/kpis/robots-share/")
    assert "From the beginning" in told
    assert "Of what was begun" in told


def test_its_words_change_and_it_is_retired(scene: Scene, admin: Client) -> None:
    address = "/o/acme/kpis/deals_lost/change/"
    version = re.search(r'name="version" value="(\d+)"', text_of(admin, address))
    assert version
    sent = {
        "name": "Lost",
        "about": "",
        "nature": "outcome",
        "direction": "lower",
        "decimals": "0",
        "is_retired": "on",
        "version": version[1],
    }
    assert admin.post(address, sent).status_code == 302
    assert "deals_lost" not in text_of(admin, "/o/acme/kpis/")
    assert "Lost</a>" in text_of(admin, "/o/acme/kpis/?retired=1")
    stale = admin.post(address, {**sent, "name": "Again"})
    assert stale.status_code == 422
