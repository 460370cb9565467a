"""The funnel: what is open now by stage, what came and went in a period; by people as they sat."""

from datetime import UTC, date, datetime

import pytest

from kpis.values import Holder
from pipeline.domain.funnel import Cycle
from pipeline.funnel import Funnel, funnel
from pipeline.models import Deal, Stage, StageEntry
from salestargets.kernel.periods import month_of
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from salestargets.tenancy.services.people import move_person
from tests.api.clients import an_integration
from tests.builders import World, a_world
from tests.kpis.builders import a_deal
from tests.lasting import lasting

pytestmark = pytest.mark.django_db

MAY, TODAY = month_of(date(2026, 5, 1)), date(2026, 5, 12)


@lasting
def world() -> World:
    world = a_world()
    a_deal(world.other, world.charlie, status="open", base=77_777)
    a_deal(world.other, world.charlie, base=77_777)
    return world


def a_stage(organisation: Organisation, name: str, position: int) -> Stage:
    with acting_for(organisation.pk):
        return Stage.objects.create(source="crm", external_id=name, name=name, position=position)


def entered(deal: Deal, stage: Stage, at: datetime) -> None:
    with acting_for(deal.organisation_id):
        StageEntry.objects.create(deal=deal, stage=stage, entered_at=at)


def funnel_of(organisation: Organisation, holder: Unit | Person) -> Funnel:
    kind = "unit" if isinstance(holder, Unit) else "person"
    with acting_for(organisation.pk):
        return funnel(Holder(kind, holder.pk), MAY, on=TODAY)


def test_open_deals_stand_in_their_stages_in_order(world: World) -> None:
    quote, lead = a_stage(world.acme, "Quote", 2), a_stage(world.acme, "Lead", 1)
    a_deal(world.acme, world.alice, status="open", base=100, stage=quote)
    a_deal(world.acme, world.bob, status="open", base=None, stage=quote)
    a_deal(world.acme, world.bob, status="open", base=20)
    a_deal(world.acme, world.carol, status="open", base=500, stage=lead)
    found = funnel_of(world.acme, world.east)
    steps = [
        (step.stage and step.stage.name, step.now.count, step.now.amount, step.now.unpriced)
        for step in found.steps
    ]
    assert steps == [("Lead", 0, 0, 0), ("Quote", 2, 100, 1), (None, 1, 20, 0)]


def test_a_shared_open_deal_is_one_deal_of_its_owner_and_money_of_each(world: World) -> None:
    quote = a_stage(world.acme, "Quote", 1)
    a_deal(
        world.acme,
        world.alice,
        status="open",
        base=100,
        stage=quote,
        shares={world.alice: 70, world.carol: 30},
    )
    [east], [west] = funnel_of(world.acme, world.east).steps, funnel_of(world.acme, world.west).steps
    assert (east.now.count, east.now.amount) == (1, 70)
    assert (west.now.count, west.now.amount) == (0, 30)


def test_rates_average_and_cycle_come_from_the_deals_closed_in_the_period(world: World) -> None:
    for days, base in ((10, 300), (20, 100), (60, 200)):
        a_deal(
            world.acme,
            world.alice,
            base=base,
            created_on=date.fromordinal(TODAY.toordinal() - days),
            closed_on=TODAY,
        )
    a_deal(world.acme, world.bob, status="lost", base=200, closed_on=TODAY)
    a_deal(world.acme, world.bob, base=9_999, closed_on=date(2026, 6, 1))
    found = funnel_of(world.acme, world.north)
    assert (found.won, found.won_amount, found.lost, found.lost_amount) == (3, 600, 1, 200)
    assert (found.win_rate, found.value_win_rate) == (Fraction(3, 4), Fraction(3, 4))
    assert found.average_deal == 200
    assert found.cycle == Cycle(count=3, mean=Fraction(30), median=Fraction(20))
    assert found.created == 1


def test_without_closed_deals_there_is_no_rate(world: World) -> None:
    found = funnel_of(world.acme, world.north)
    assert (found.win_rate, found.value_win_rate, found.average_deal) == (None, None, None)
    assert found.cycle == Cycle(count=0, mean=None, median=None)


def test_a_deal_enters_a_stage_once_on_the_organisations_own_day(world: World) -> None:
    quote = a_stage(world.acme, "Quote", 1)
    with acting_for(world.acme.pk):
        Organisation.objects.filter(pk=world.acme.pk).update(time_zone="Asia/Shanghai")
    late = datetime(2026, 4, 30, 17, 0, tzinfo=UTC)  # 1 May in Shanghai
    first = a_deal(world.acme, world.alice, status="open", stage=quote)
    entered(first, quote, late)
    entered(first, quote, datetime(2026, 5, 8, tzinfo=UTC))
    second = a_deal(world.acme, world.bob, status="open", stage=quote)
    entered(second, quote, datetime(2026, 4, 30, 15, 0, tzinfo=UTC))
    entered(second, quote, datetime(2026, 5, 9, tzinfo=UTC))
    [step] = funnel_of(world.acme, world.north).steps
    assert step.entered == 1


def test_what_someone_won_before_they_moved_stays_with_their_old_unit(world: World) -> None:
    a_deal(world.acme, world.alice, base=100, closed_on=date(2026, 5, 4))
    a_deal(world.acme, world.alice, status="open", base=50)
    with acting_for(world.acme.pk):
        move_person(system_actor(world.acme), person=world.alice, unit=world.west, on=date(2026, 5, 10))
    north, west = funnel_of(world.acme, world.north), funnel_of(world.acme, world.west)
    assert (north.won, [step.now.count for step in north.steps]) == (1, [])
    assert (west.won, [step.now.count for step in west.steps]) == (0, [1])


def test_the_funnel_over_rest(world: World) -> None:
    quote = a_stage(world.acme, "Quote", 1)
    a_deal(world.acme, world.alice, status="open", base=12_345, stage=quote)
    a_deal(world.acme, world.alice, base=10_000, created_on=date(2026, 5, 1), closed_on=date(2026, 5, 4))
    api = an_integration(world.acme, Scope.READ)
    found = api.get("/api/v1/funnel/?holder=root&from=2026-05-01&to=2026-06-01").json()
    assert found["stages"] == [
        {
            "stage": {"id": quote.pk, "external_id": "Quote", "name": "Quote"},
            "category": "open",
            "open": 1,
            "amount": "123.45",
            "not_priced": 0,
            "entered": 0,
        }
    ]
    assert (found["won"], found["won_amount"], found["win_rate"], found["cycle_mean"]) == (
        1,
        "100.00",
        "100.0",
        "3.0",
    )
    assert api.get(f"/api/v1/funnel/?holder=unit:{10**9}&from=2026-05-01&to=2026-06-01").status_code == 404
