"""Closed months: the number is final, and what comes later is a correction with its day."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from django.db import InternalError, transaction

from kpis.choices import FilterOp
from kpis.closings import Closed, closed
from kpis.domain.recipes import Condition, key_of
from kpis.models import ClosedLevel, Closing, Correction, Entry, Kpi, Selection
from kpis.selectors import get_kpi
from kpis.services import drain, rebuild
from kpis.services.closing import close_due, close_month, reopen_month
from kpis.services.definitions import KpiFacts
from kpis.services.entries import create_manual_kpi
from kpis.services.levels import note_levels
from kpis.values import Holder
from pipeline.models import Deal
from salestargets.kernel.errors import Conflict, DomainError, Forbidden
from salestargets.kernel.periods import Period, month_of
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from salestargets.tenancy.services.organisations import change_settings
from salestargets.tenancy.services.people import move_person
from tests.api.clients import an_integration
from tests.builders import World, a_member, a_world, acting_as
from tests.kpis.builders import a_deal

pytestmark = pytest.mark.django_db

MARCH, APRIL = month_of(date(2026, 3, 1)), month_of(date(2026, 4, 1))
TODAY = date(2026, 5, 12)
SECOND, THIRD, FIFTH = (datetime(2026, 5, day, 12, tzinfo=UTC) for day in (2, 3, 5))


@pytest.fixture
def world() -> World:
    world = a_world()
    for organisation, person in ((world.acme, world.alice), (world.other, world.charlie)):
        a_deal(organisation, person, base=10_000, closed_on=date(2026, 4, 4))
        a_deal(organisation, person, status="lost", closed_on=date(2026, 4, 4))
        drained(organisation, SECOND)
    close(world.acme)
    return world


def drained(organisation: Organisation, at: datetime) -> None:
    while drain(organisation.pk, at=at):
        pass


def close(organisation: Organisation, month: date = APRIL.start, at: datetime = SECOND) -> Closing:
    with acting_for(organisation.pk):
        return close_month(system_actor(organisation), month=month, at=at)


def of(world: World, whose: Unit | Person, kpi: str = "won_revenue", period: Period = APRIL) -> Closed | None:
    holder = Holder("unit" if isinstance(whose, Unit) else "person", whose.pk)
    with acting_for(world.acme.pk):
        return closed(holder, get_kpi(kpi), period, organisation=world.acme, on=TODAY)


def told(found: Closed | None) -> tuple:
    assert found is not None
    changes = [(one.on.day, one.change.numerator, one.after.value) for one in found.corrections]
    return found.value.value, changes, found.now.value


def test_what_comes_later_is_a_correction_with_its_day(world: World) -> None:
    late = a_deal(world.acme, world.alice, base=500, closed_on=date(2026, 4, 30))
    drained(world.acme, THIRD)
    with acting_for(world.acme.pk):
        Deal.objects.filter(pk=late.pk).update(base_minor=200)
    drained(world.acme, FIFTH)
    for whose in (world.alice, world.north, world.east):
        found = of(world, whose)
        assert told(found) == (10_000, [(3, 500, 10_500), (5, -300, 10_200)], 10_200)
        assert found is not None
        assert found.closed_on == SECOND.date()
    assert told(of(world, world.west)) == (0, [], 0)
    with acting_for(world.other.pk):
        assert not Correction.objects.exists()


def test_a_ratio_says_what_it_was_after_each_correction(world: World) -> None:
    a_deal(world.acme, world.bob, base=1, closed_on=date(2026, 4, 30))
    drained(world.acme, THIRD)
    found = of(world, world.east, "win_rate")
    assert found is not None
    assert (found.value.numerator, found.value.denominator) == (1, 2)
    [one] = found.corrections
    assert (one.change.numerator, one.change.denominator) == (1, 1)
    assert (one.after, found.now.denominator) == (found.now, 3)


def test_who_is_moved_in_a_closed_month_corrects_the_units_and_not_themselves(world: World) -> None:
    with acting_for(world.acme.pk):
        move_person(system_actor(world.acme), person=world.alice, unit=world.west, on=date(2026, 4, 1))
    drained(world.acme, THIRD)
    assert told(of(world, world.alice)) == (10_000, [], 10_000)
    assert told(of(world, world.east)) == (10_000, [(3, -10_000, 0)], 0)
    assert told(of(world, world.west)) == (0, [(3, 10_000, 10_000)], 10_000)


def test_what_there_was_at_the_end_of_a_closed_month_stays_and_is_corrected_by_day(world: World) -> None:
    deal = a_deal(world.acme, world.alice, status="open", base=5_000)  # those of April were open then, too
    with acting_for(world.acme.pk):
        admin = system_actor(world.acme)
        facts = KpiFacts(name="Share")
        share = create_manual_kpi(admin, key="share", unit="percent", facts=facts, adds_up=False, at=SECOND)
        entry = Entry.objects.create(
            kpi=share, unit=world.east, dated_on=date(2026, 3, 9), value=125_000, scale=1_000_000,
            entered_at=SECOND, state="confirmed",
        )  # fmt: skip
    close(world.acme, MARCH.start)
    for whose in (world.alice, world.east, world.north):
        assert told(of(world, whose, "open_pipeline", MARCH)) == (25_000, [], 25_000)
    assert told(of(world, world.east, "share", MARCH)) == (Fraction(1, 8), [], Fraction(1, 8))
    with acting_for(world.acme.pk):
        Deal.objects.filter(pk=deal.pk).update(base_minor=7_000)
        Entry.objects.filter(pk=entry.pk).update(value=250_000)
    for whose in (world.alice, world.east, world.north):
        assert told(of(world, whose, "open_pipeline", MARCH)) == (25_000, [(12, 2_000, 27_000)], 27_000)
    for _night in range(2):
        note_levels(world.acme.pk, at=FIFTH)
    for whose in (world.alice, world.east, world.north):
        assert told(of(world, whose, "open_pipeline", MARCH)) == (25_000, [(5, 2_000, 27_000)], 27_000)
    assert told(of(world, world.east, "share", MARCH)) == (
        Fraction(1, 8),
        [(5, 125_000, Fraction(1, 4))],
        Fraction(1, 4),
    )
    assert told(of(world, world.west, "open_pipeline", MARCH)) == (0, [], 0)
    with acting_for(world.other.pk):
        assert not ClosedLevel.objects.exists()
    with acting_for(world.acme.pk), pytest.raises(InternalError), transaction.atomic():
        ClosedLevel.objects.update(value=0)


def test_only_whole_periods_whose_months_are_all_closed_have_a_final_value(world: World) -> None:
    assert of(world, world.east, period=Period(date(2026, 4, 1), date(2026, 6, 1))) is None
    assert of(world, world.east, period=Period(date(2026, 4, 1), date(2026, 4, 15))) is None
    assert told(of(world, world.east, "open_pipeline")) == (0, [], 0)
    close(world.acme, date(2026, 3, 1))
    assert told(of(world, world.east, period=Period(date(2026, 3, 1), date(2026, 5, 1))))[0] == 10_000


def test_what_is_counted_for_the_first_time_corrects_nothing(world: World) -> None:
    with acting_for(world.acme.pk):
        conditions = [Condition("amount", FilterOp.AT_LEAST, (1,))]
        key = key_of("won_amount", conditions)
        filters = [one.as_json() for one in conditions]
        Selection.objects.create(key=key, measure="won_amount", filters=filters)
        Kpi.objects.create(key="large", name="Large", unit="money", numerator=key)
    a_deal(world.acme, world.alice, base=500, closed_on=date(2026, 4, 30))
    drained(world.acme, THIRD)
    assert of(world, world.east, "large") is None
    rebuild(world.acme.pk, at=THIRD)
    assert told(of(world, world.east, "large")) == (10_500, [], 10_500)
    a_deal(world.acme, world.alice, base=7, closed_on=date(2026, 4, 30))
    rebuild(world.acme.pk, at=FIFTH)
    assert told(of(world, world.east, "large")) == (10_500, [(5, 7, 10_507)], 10_507)
    assert told(of(world, world.east)) == (10_000, [(3, 500, 10_500), (5, 7, 10_507)], 10_507)


def test_a_month_is_opened_with_a_reason_and_closing_it_again_freezes_anew(world: World) -> None:
    a_deal(world.acme, world.alice, base=500, closed_on=date(2026, 4, 30))
    drained(world.acme, THIRD)
    with acting_for(world.acme.pk):
        [closing] = Closing.objects.all()
        actor = system_actor(world.acme)
        with pytest.raises(DomainError) as refused:
            reopen_month(actor, closing=closing, reason=" ", at=THIRD)
        assert refused.value.code == "reason_required"
        reopen_month(actor, closing=closing, reason="An invoice was missing", at=THIRD)
    assert of(world, world.east) is None
    a_deal(world.acme, world.alice, base=1, closed_on=date(2026, 4, 30))
    close(world.acme, at=FIFTH)
    assert told(of(world, world.east)) == (10_501, [], 10_501)
    with pytest.raises(Conflict):
        close(world.acme, at=FIFTH)


def test_corrections_are_never_changed_or_removed(world: World) -> None:
    a_deal(world.acme, world.alice, base=500, closed_on=date(2026, 4, 30))
    drained(world.acme, THIRD)
    with acting_for(world.acme.pk):
        for change in (lambda rows: rows.update(delta=0), lambda rows: rows.delete()):
            with pytest.raises(InternalError), transaction.atomic():
                change(Correction.objects.all())


def test_months_close_by_themselves_some_days_after_their_end_by_the_organisations_clock() -> None:
    """Those since the organisation is here, and none that was opened again."""
    world = a_world()
    acme = world.acme.pk
    assert close_due(acme, at=datetime(2026, 6, 10, 12, tzinfo=UTC)) == []
    with acting_for(acme):
        change_settings(system_actor(world.acme), time_zone="Asia/Shanghai")
    evening = datetime(2026, 6, 10, 16, 30, tzinfo=UTC)
    assert close_due(acme, at=evening) == [date(2026, 5, 1)]
    with acting_for(acme):
        closing = Closing.objects.get()
        assert (closing.how, closing.closed_by) == ("by_itself", None)
        reopen_month(system_actor(world.acme), closing=closing, reason="A mistake", at=evening)
    assert close_due(acme, at=evening) == []
    with acting_for(acme):
        change_settings(system_actor(world.acme), closes_after_days=None)
    assert close_due(acme, at=datetime(2026, 9, 1, tzinfo=UTC)) == []
    with acting_for(acme):
        change_settings(system_actor(world.acme), closes_after_days=0)
    assert close_due(acme, at=datetime(2026, 9, 1, tzinfo=UTC)) == [
        date(2026, month, 1) for month in (6, 7, 8)
    ]


def test_only_administrators_close_a_month_that_is_over(world: World) -> None:
    mona: Actor = acting_as(world.acme, a_member(world.acme, "mona@acme.example", Role.MANAGER))
    with acting_for(world.acme.pk):
        with pytest.raises(Forbidden):
            close_month(mona, month=date(2026, 3, 1), at=SECOND)
        for month, code in ((date(2026, 5, 1), "not_over"), (date(2026, 3, 2), "not_a_month")):
            with pytest.raises(DomainError) as refused:
                close_month(system_actor(world.acme), month=month, at=SECOND)
            assert refused.value.code == code


def test_over_rest_an_actual_says_what_it_was_when_it_closed_and_since(world: World) -> None:
    admin = an_integration(world.acme)
    numbers = f"/api/v1/actuals/?kpi=won_revenue&holder=unit:{world.east.pk}&from=2026-04-01&to=2026-05-01"
    a_deal(world.acme, world.bob, base=500, closed_on=date(2026, 4, 30))
    drained(world.acme, THIRD)
    found = admin.get(numbers).json()
    assert (found["value"], found["closed"]) == (
        "105.00",
        {
            "closed_on": "2026-05-02",
            "value": "100.00",
            "numerator": "100.00",
            "denominator": None,
            "corrections": [
                {"on": "2026-05-03", "numerator": "5.00", "denominator": None, "value": "105.00"}
            ],
        },
    )
    assert admin.get(f"{numbers}&as_of=2026-05-01").json()["closed"] is None
    [row] = admin.get("/api/v1/closings/").json()["results"]
    assert (row["month"], row["how"]) == ("2026-04-01", "by_hand")
    again = admin.send("post", "/api/v1/closings/", {"month": "2026-04-01"})
    assert (again.status_code, again.json()["code"]) == (409, "closed")
    opened = admin.send("post", f"/api/v1/closings/{row['id']}/reopen/", {"reason": "A mistake"})
    assert opened.json()["reopened_at"] is not None
    assert admin.get(numbers).json()["closed"] is None
    assert admin.send("post", "/api/v1/closings/", {"month": "2026-03-01"}).status_code == 201
