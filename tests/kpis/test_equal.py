"""However a story went: what is stored is what the records say, in every cell, number and list."""

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.selectors import actual, all_kpis, records_behind, series
from kpis.services import rebuild, verify
from kpis.takes import measures_of
from kpis.values import Holder
from pipeline.models import Product
from salestargets.kernel.periods import Period
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit
from tests.builders import NOON, a_world
from tests.kpis.brute_force import BruteForce, every_cell, stored_person_months, stored_unit_months
from tests.kpis.builders import a_deal, drained
from tests.kpis.stories import FIRST, LAST, Teller, corrections_of_month, stories, sums_of_month

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 12)
#: Those that are counted by hand here: of deals alone.
COUNTED = (
    *("won_revenue", "deals_won", "deals_created", "win_rate", "average_deal_size", "sales_cycle"),
    *("mentee_win_rate", "open_pipeline"),
)
periods = st.tuples(st.dates(FIRST, LAST), st.dates(FIRST, LAST)).filter(lambda d: d[0] < d[1])


@pytest.fixture
def teller() -> Teller:
    world = a_world()
    a_deal(world.other, world.charlie)
    drained(world.other)
    with acting_for(world.acme.pk):
        products = [Product.objects.create(source="crm", external_id=n, name=n) for n in ("GTX", "MG")]
        return Teller(
            organisation=world.acme,
            people=list(Person.objects.order_by("pk")),
            units=list(Unit.objects.order_by("pk")),
            products=products,
        )


def bounded(examples: int):
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


@bounded(40)
@given(story=stories)
def test_batches_end_where_a_rebuild_and_plain_counting_end(teller: Teller, story: list) -> None:
    with transaction.atomic():
        told = Teller(teller.organisation, teller.people, list(teller.units), teller.products)
        told.tell(story)
        drained(told.organisation)
        counted = BruteForce(told.organisation)
        assert stored_person_months(told.organisation) == counted.person_months()
        assert stored_unit_months(told.organisation) == counted.unit_months()
        by_batches = every_cell(told.organisation)
        rebuild(told.organisation.pk, at=NOON)
        assert every_cell(told.organisation) == by_batches
        assert verify(told.organisation.pk, at=NOON) == []
        check_closed_months(told)
        transaction.set_rollback(True)


@bounded(40)
@given(story=stories, dates=periods, as_of=st.one_of(st.none(), st.dates(FIRST, LAST)))
def test_every_number_is_the_sum_of_the_records_behind_it(
    teller: Teller, story: list, dates: tuple[date, date], as_of: date | None
) -> None:
    period = Period(*dates)
    with transaction.atomic():
        told = Teller(teller.organisation, teller.people, list(teller.units), teller.products)
        told.tell(story)
        drained(told.organisation)
        with acting_for(told.organisation.pk):
            check_numbers(told, period, as_of)
        transaction.set_rollback(True)


def check_closed_months(told: Teller) -> None:
    """As it was closed and what was corrected since make what it is now, in every cell."""
    with acting_for(told.organisation.pk):
        for month, then in told.closed.items():
            now, since = sums_of_month(month), corrections_of_month(month)
            keys = {*then, *now, *since}
            assert {key: then[key] + since[key] for key in keys} == {key: now[key] for key in keys}


def check_numbers(told: Teller, period: Period, as_of: date | None) -> None:
    counted = BruteForce(told.organisation)
    holders = [Holder("unit", unit.pk) for unit in told.units[:5]]
    holders += [Holder("person", person.pk) for person in told.people[:2]]
    for kpi in all_kpis().filter(key__in=COUNTED):
        for holder in holders:
            found = actual(holder, kpi, period, on=TODAY, as_of=as_of)
            behind = records_behind(holder, kpi, period, on=TODAY, as_of=as_of, limit=1000)
            assert behind.total.value == sum(row.value or 0 for row in behind.rows) == found.numerator
            if kpi.key == "open_pipeline":
                moment = min(period.end, as_of or TODAY.replace(day=13), TODAY.replace(day=13))
                last_day = date.fromordinal(moment.toordinal() - 1)
                assert found.numerator == counted.open_on(holder, last_day, now=last_day == TODAY)[0]
                continue
            for part, value in (("numerator", found.numerator), ("denominator", found.denominator)):
                measures = measures_of(kpi, part)
                expected = sum(counted.sum(measure, holder, period, as_of) for measure in measures)
                assert value == (expected if measures else None)
            for by in ("month", "person", "day", "product"):
                [buckets] = series([holder], kpi, period, by=by, on=TODAY, as_of=as_of).values()
                assert sum(bucket.numerator for bucket in buckets.values()) == found.numerator
