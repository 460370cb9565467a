"""Whatever is measured: opening a number shows its records, and they sum to it, above and below the line."""

from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from kpis.behind import Opened, every_record, page_behind
from kpis.catalogue import BUILT_IN
from kpis.selectors import actual, actuals, actuals_of_each, all_kpis
from kpis.takes import Part
from kpis.values import Actual, Holder
from pipeline.services.records import upsert_records
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.selectors import root_unit_id
from tests.api.clients import an_integration
from tests.builders import NOON, World, a_world
from tests.kpis.builders import drained

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 12)
PERIODS = {
    "the quarter": Period(date(2026, 4, 1), date(2026, 7, 1)),
    "a part of a month": Period(date(2026, 5, 3), date(2026, 5, 20)),
    "a month that is over": Period(date(2026, 4, 1), date(2026, 5, 1)),
}
MONEY = {"currency": "USD", "owner": "alice", "customer": "c1"}
RECORDS: dict[str, list[dict[str, object]]] = {
    "mentorships": [
        {"external_id": "m1", "mentor": "bob", "mentee": "carol", "starts_on": "2026-05-04"},
        {"external_id": "m2", "mentor": "bob", "mentee": "alice", "starts_on": "2026-01-01",
         "ends_on": "2026-05-09"},
    ],
    "products": [{"external_id": "arm", "is_key": True, "group": "Robots"}, {"external_id": "belt"}],
    "customers": [{"external_id": "c1", "owner": "alice"}, {"external_id": "c2", "owner": "bob"}],
    "stages": [
        {"external_id": "quote", "probability": "40"},
        {"external_id": "won", "category": "won", "position": 1},
    ],
    "deals": [
        {
            "external_id": f"d{n}",
            "owner": ("alice", "bob", "carol")[n % 3],
            "customer": ("c1", "c2")[n % 2],
            "product": ("arm", "belt")[n % 2],
            "amount": f"{n + 1}00.50",
            "currency": "USD",
            "created_on": f"2026-04-{n + 1:02}",
            **(
                {"status": ("won", "lost")[n % 2], "closed_on": f"2026-05-{n + 1:02}"}
                if n % 4
                else {"status": "open", "stage": "quote", "expected_close_on": "2026-05-02"}
            ),
            "stage_history": [
                {"stage": "quote", "entered_at": f"2026-04-{n + 2:02}T10:00:00Z"},
                {"stage": "quote", "entered_at": f"2026-04-{n + 2:02}T11:00:00Z"},
                *([{"stage": "won", "entered_at": f"2026-05-{n + 1:02}T10:00:00Z"}] if n % 4 == 2 else []),
            ],
        }
        for n in range(12)
    ],
    "leads": [
        {"external_id": "l1", "owner": "alice", "status": "qualified", "created_on": "2026-04-02",
         "qualified_on": "2026-05-04", "deal": "d1"},
        {"external_id": "l2", "owner": "bob", "status": "new", "created_on": "2026-05-05"},
    ],
    "activities": [
        {"external_id": f"a{n}", "kind": kind, "person": "bob", "happened_at": f"2026-05-0{n + 1}T08:00:00Z"}
        for n, kind in enumerate(("call", "visit", "demo", "quote", "meeting", "training"))
    ],
    "orders": [
        {"external_id": "o1", "amount": "900.00", "dated_on": "2026-05-05", **MONEY},
        {"external_id": "o2", "amount": "100.00", "dated_on": "2026-05-06", "credits": "o1", **MONEY},
    ],
    "invoices": [
        {"external_id": "i1", "amount": "800.00", "dated_on": "2026-04-05", "due_on": "2026-05-05", **MONEY},
        {"external_id": "i2", "amount": "50.00", "dated_on": "2026-05-06", "credits": "i1", **MONEY},
    ],
    "payments": [
        {"external_id": "p1", "amount": "300.00", "dated_on": "2026-05-09", "invoice": "i1", **MONEY}
    ],
    "feedback": [
        {"external_id": f"f{n}", "kind": kind, "score": score, "person": "alice", "given_on": "2026-05-07"}
        for n, (kind, score) in enumerate(
            (("nps", "10"), ("nps", "3"), ("nps", "8"), ("satisfaction", "4.5"))
        )
    ],
    "expenses": [
        {"external_id": "e1", "person": "alice", "category": "travel", "amount": "77.00", "currency": "USD",
         "dated_on": "2026-05-08"}
    ],
}  # fmt: skip


def send(organisation: Organisation, kind: str, rows: list[dict[str, object]]) -> None:
    with acting_for(organisation.pk):
        actor = system_actor(organisation)
        outcome = upsert_records(kind, source="crm", rows=rows, actor=actor, at=NOON)
    assert outcome.rejected == []


@pytest.fixture
def world() -> World:
    world = a_world()
    for kind, rows in RECORDS.items():
        send(world.acme, kind, rows)
    drained(world.acme)
    return world


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("as_of", [None, date(2026, 5, 8)], ids=["now", "as of a day"])
def test_the_records_behind_every_number_sum_to_it(world: World, period: Period, as_of: date | None) -> None:
    told = set()
    with acting_for(world.acme.pk):
        holders = [
            Holder("unit", root_unit_id(TODAY)),
            Holder("unit", world.east.pk),
            Holder("person", world.bob.pk),
        ]
        for kpi in all_kpis():
            for holder in holders:
                found = actual(holder, kpi, period, on=TODAY, as_of=as_of)
                for part, value in parts_of(found):
                    opened = Opened(kpi, holder, period, TODAY, as_of, part)
                    rows = [record.row for record in every_record(opened)]
                    total = page_behind(opened, limit=1).total
                    assert total.value == sum(row.value or 0 for row in rows) == (value or 0), (kpi.key, part)
                    assert total.rows == len(rows)
                    told |= {kpi.key} if rows else set()
    if (period, as_of) == (PERIODS["the quarter"], None):
        assert set(BUILT_IN) - told == set()


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("as_of", [None, date(2026, 5, 8)], ids=["now", "as of a day"])
def test_many_kpis_that_are_read_together_are_what_each_is_by_itself(
    world: World, period: Period, as_of: date | None
) -> None:
    with acting_for(world.acme.pk):
        holders = [
            Holder("unit", root_unit_id(TODAY)),
            Holder("person", world.alice.pk),
            Holder("person", world.bob.pk, world.north.pk),
            Holder("person", world.carol.pk, world.west.pk),
        ]
        kpis = list(all_kpis())
        alone = [actuals(holders, kpi, period, on=TODAY, as_of=as_of) for kpi in kpis]
        assert actuals_of_each(kpis, holders, period, on=TODAY, as_of=as_of) == alone


def test_kpis_of_the_same_days_take_one_statement(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with acting_for(world.acme.pk):
        kpis = [kpi for kpi in all_kpis() if kpi.key in ("won_revenue", "win_rate", "orders_booked")]
        assert len(kpis) == 3
        with django_assert_num_queries(1):
            actuals_of_each(kpis, [Holder("person", world.bob.pk)], PERIODS["the quarter"], on=TODAY)


def test_page_by_page_the_records_sum_to_what_is_said_of_the_number(world: World) -> None:
    api = an_integration(world.acme, Scope.READ)
    with acting_for(world.acme.pk):
        keys = list(all_kpis().values_list("key", flat=True))
    question = "holder=root&from=2026-04-01&to=2026-07-01"
    for key in keys:
        number = api.get(f"/api/v1/actuals/?kpi={key}&{question}").json()
        for part in ("numerator", "denominator"):
            path: str | None = f"/api/v1/actuals/records/?kpi={key}&{question}&part={part}&limit=5"
            values: list[Decimal] = []
            while path:
                page = api.get(path).json()
                values += [Decimal(row["value"] or 0) for row in page["results"]]
                path = page["next"]
            assert (sum(values), len(values)) == (Decimal(page["total"] or 0), page["count"]), (key, part)
            assert sum(values) == Decimal(number[part] or 0), (key, part)


def parts_of(found: Actual) -> tuple[tuple[Part, int | None], ...]:
    return ("numerator", found.numerator), ("denominator", found.denominator)
