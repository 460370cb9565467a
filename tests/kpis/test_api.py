"""KPIs and actuals over REST: the numbers, their parts, their records, and nothing of anyone else's."""

from datetime import date
from typing import Any

import pytest

from pipeline.models import Product
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from tests.api.clients import Api, a_browser, an_integration
from tests.builders import World, a_member, a_world
from tests.kpis.builders import a_deal, drained

pytestmark = pytest.mark.django_db

MAY = "from=2026-05-01&to=2026-06-01"


@pytest.fixture
def world() -> World:
    world = a_world()
    a_deal(world.other, world.charlie, base=77_777)
    a_deal(world.acme, world.alice, base=10_050, closed_on=date(2026, 5, 4), created_on=date(2026, 4, 4))
    a_deal(world.acme, world.alice, base=None, closed_on=date(2026, 5, 5))
    a_deal(world.acme, world.bob, base=30_000, closed_on=date(2026, 5, 6))
    a_deal(world.acme, world.bob, status="lost", closed_on=date(2026, 5, 7))
    a_deal(world.acme, world.carol, status="open", base=5_000)
    drained(world.acme)
    drained(world.other)
    return world


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme, Scope.READ)


def get(api: Api, path: str) -> Any:
    response = api.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return response.json()


def test_the_catalogue_says_what_is_measured_and_how(api: Api) -> None:
    rows = get(api, "kpis/")["results"]
    assert [row["key"] for row in rows[:4]] == ["won_revenue", "deals_won", "deals_created", "win_rate"]
    assert (rows[0]["base"], rows[3]["name"], rows[3]["source"]) == ("booked", "Win rate", "Deals")
    assert rows[3]["formula"] == "Won deals ÷ (Won deals + Lost deals)"
    assert [one["measure"] for one in rows[3]["denominator"]] == ["won_count", "lost_count"]


def test_an_actual_is_a_decimal_in_the_organisations_currency(world: World, api: Api) -> None:
    found = get(api, f"actuals/?kpi=won_revenue&holder=unit:{world.east.pk}&{MAY}")
    assert (found["value"], found["currency"], found["denominator"]) == ("400.50", "USD", None)
    assert found["holder"]["name"] == "East"
    assert (found["results"], found["next"]) == ([], None)


def test_a_ratio_divides_the_sums_and_is_null_over_nothing(world: World, api: Api) -> None:
    rate = get(api, f"actuals/?kpi=win_rate&holder=root&{MAY}")
    assert (rate["value"], rate["numerator"], rate["denominator"]) == ("75.0", "3", "4")
    none = get(api, f"actuals/?kpi=win_rate&holder=person:{world.carol.pk}&{MAY}")
    assert (none["value"], none["numerator"], none["denominator"]) == (None, "0", "0")
    size = get(api, f"actuals/?kpi=average_deal_size&holder=root&{MAY}")
    assert (size["value"], size["numerator"], size["denominator"]) == ("133.50", "400.50", "3")
    cycle = get(api, f"actuals/?kpi=sales_cycle&holder=root&{MAY}")
    assert (cycle["value"], cycle["unit"], cycle["currency"]) == ("30.0", "days", None)


def test_as_of_a_day_only_what_is_dated_before_it_counts(api: Api) -> None:
    query = f"actuals/?kpi=won_revenue&holder=root&{MAY}"
    assert get(api, f"{query}&as_of=2026-05-04")["value"] == "0.00"
    assert get(api, f"{query}&as_of=2026-05-05")["value"] == "100.50"
    assert get(api, f"{query}&as_of=2026-07-01")["value"] == "400.50"


def test_the_parts_name_their_people_and_sum_to_the_whole(world: World, api: Api) -> None:
    found = get(api, f"actuals/?kpi=won_revenue&holder=root&{MAY}&by=person")
    assert [(part["person"]["name"], part["value"]) for part in found["results"]] == [
        ("Alice", "100.50"),
        ("Bob", "300.00"),
    ]
    days = get(api, f"actuals/?kpi=won_revenue&holder=root&{MAY}&by=day")["results"]
    assert [(part["day"], part["value"]) for part in days] == [
        ("2026-05-04", "100.50"),
        ("2026-05-06", "300.00"),
    ]


def test_the_parts_come_in_pages(api: Api) -> None:
    first = get(api, f"actuals/?kpi=won_revenue&holder=root&{MAY}&by=person&limit=1")
    assert [part["person"]["name"] for part in first["results"]] == ["Alice"]
    second = api.get(first["next"]).json()
    assert ([part["person"]["name"] for part in second["results"]], second["next"]) == (["Bob"], None)


def test_products_are_named_and_deals_without_one_come_last(world: World, api: Api) -> None:
    with acting_for(world.acme.pk):
        product = Product.objects.create(source="crm", external_id="GTX", name="GTX Pro")
    a_deal(world.acme, world.alice, base=7, product=product)
    drained(world.acme)
    found = get(api, f"actuals/?kpi=deals_won&holder=root&{MAY}&by=product")["results"]
    assert [(part["product"] and part["product"]["name"], part["value"]) for part in found] == [
        ("GTX Pro", "1"),
        (None, "3"),
    ]


def test_the_records_behind_a_number_sum_to_it_and_say_what_is_not_priced(world: World, api: Api) -> None:
    found = get(api, f"actuals/records/?kpi=won_revenue&holder=unit:{world.north.pk}&{MAY}&limit=2")
    assert (found["total"], found["count"], found["not_priced"]) == ("400.50", 3, 1)
    assert [(row["day"], row["person"]["name"], row["value"]) for row in found["results"]] == [
        ("2026-05-06", "Bob", "300.00"),
        ("2026-05-05", "Alice", None),
    ]
    rest = api.get(found["next"]).json()
    assert [(row["value"], row["amount"], row["currency"]) for row in rest["results"]] == [
        ("100.50", "100.50", "USD")
    ]
    assert rest["next"] is None


def test_the_records_below_the_line_of_a_ratio_are_its_denominator(api: Api) -> None:
    found = get(api, f"actuals/records/?kpi=win_rate&holder=root&{MAY}&part=denominator")
    assert (found["total"], found["count"]) == ("4", 4)
    assert sorted(row["measure"] for row in found["results"]) == [
        "lost_count",
        "won_count",
        "won_count",
        "won_count",
    ]


def test_what_is_open_is_asked_now_and_has_no_days(world: World, api: Api) -> None:
    today = "from=2026-05-01&to=2100-01-01"
    assert get(api, f"actuals/?kpi=open_pipeline&holder=root&{today}")["value"] == "50.00"
    assert get(api, f"actuals/?kpi=open_pipeline&holder=unit:{world.east.pk}&{today}")["value"] == "0.00"
    response = api.get(f"/api/v1/actuals/?kpi=open_pipeline&holder=root&{today}&by=day")
    assert (response.status_code, response.json()["code"]) == (422, "stock_has_no_days")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("holder=root&from=2026-05-01&to=2026-06-01", 400),
        ("kpi=won_revenue&holder=team:1&from=2026-05-01&to=2026-06-01", 400),
        ("kpi=won_revenue&holder=root&from=2026-05-01&to=2026-06-01&by=week", 400),
        ("kpi=won_revenue&holder=root&from=2026-06-01&to=2026-06-01", 422),
        ("kpi=no_such_kpi&holder=root&from=2026-05-01&to=2026-06-01", 404),
        ("kpi=won_revenue&holder=person:987654321&from=2026-05-01&to=2026-06-01", 404),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(api: Api, query: str, status: int) -> None:
    assert api.get(f"/api/v1/actuals/?{query}").status_code == status
    assert api.get(f"/api/v1/actuals/records/?{query.replace('by=week', 'part=half')}").status_code == status


def test_another_organisations_people_are_nobody(world: World, api: Api) -> None:
    response = api.get(f"/api/v1/actuals/?kpi=won_revenue&holder=person:{world.charlie.pk}&{MAY}")
    assert response.status_code == 404


def test_a_rep_sees_their_own_number_and_nobody_elses(world: World) -> None:
    rep = a_browser(world.acme, a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice))
    assert get(rep, f"actuals/?kpi=won_revenue&holder=person:{world.alice.pk}&{MAY}")["value"] == "100.50"
    for holder in (f"person:{world.bob.pk}", f"unit:{world.north.pk}", "root"):
        for path in ("actuals", "actuals/records"):
            response = rep.get(f"/api/v1/{path}/?kpi=won_revenue&holder={holder}&{MAY}")
            assert response.status_code == 404


def test_a_manager_sees_their_unit_and_nothing_beside_it(world: World) -> None:
    manager = a_browser(
        world.acme, a_member(world.acme, "mona@acme.example", Role.MANAGER, person=world.mona)
    )
    assert get(manager, f"actuals/?kpi=won_revenue&holder=unit:{world.north.pk}&{MAY}")["value"] == "400.50"
    response = manager.get(f"/api/v1/actuals/?kpi=won_revenue&holder=unit:{world.west.pk}&{MAY}")
    assert response.status_code == 404
