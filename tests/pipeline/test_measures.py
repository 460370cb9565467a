"""However records come, change and go: what is kept of leads, activities, feedback, customers and stages is
what plain counting says, in every cell; and the records behind a number sum to it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.models import LeafCell
from kpis.selectors import actual, records_behind
from kpis.services import drain, rebuild, verify
from kpis.values import Formula, Holder
from pipeline.models import Activity, Customer, Deal, Expense, Feedback, Lead, Stage, StageEntry
from pipeline.models.records import VersionedRecord
from salestargets.kernel.periods import Period
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person
from salestargets.tenancy.selectors import root_unit_id
from tests.builders import NOON, a_person, a_unit, an_organisation
from tests.kpis.brute_force import every_cell
from tests.kpis.builders import drained
from tests.lasting import lasting

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST, TODAY = date(2026, 3, 20), date(2026, 5, 10), date(2026, 5, 12)
days = st.dates(FIRST, LAST)
few = st.integers(0, 2)
maybe = st.one_of(st.none(), few)

deals = st.fixed_dictionaries(
    {
        "owner": maybe,
        "customer": maybe,
        "status": st.sampled_from(["won", "won", "won", "lost", "open"]),
        "closed_on": days,
        "entries": st.lists(st.tuples(few, days, st.integers(0, 23)), max_size=2),
    }
)
leads = st.fixed_dictionaries(
    {
        "owner": maybe,
        "status": st.sampled_from(["new", "qualified", "disqualified"]),
        "created_on": st.one_of(st.none(), days),
        "qualified_on": st.one_of(st.none(), days),
        "disqualified_on": st.one_of(st.none(), days),
        "deal": maybe,
    }
)
activities = st.fixed_dictionaries(
    {"person": maybe, "kind": st.sampled_from(["call", "visit"]), "happened_on": days,
     "minutes": st.one_of(st.none(), st.integers(0, 90))}
)  # fmt: skip
feedback = st.one_of(
    st.fixed_dictionaries(
        {"person": maybe, "given_on": days, "kind": st.just("nps"), "score": st.sampled_from([0, 6, 7, 9])}
    ),
    st.fixed_dictionaries(
        {"person": maybe, "given_on": days, "kind": st.just("satisfaction"), "score": st.integers(1, 5)}
    ),
)
expenses = st.fixed_dictionaries(
    {"person": maybe, "dated_on": days, "base_minor": st.one_of(st.none(), st.integers(-500, 9_000))}
)
kinds = ("deal", "deal", "deal", "lead", "activity", "expense", "feedback")
steps = st.one_of(
    *(st.tuples(st.just(kind), how) for kind, how in zip(
        kinds, (deals, deals, deals, leads, activities, expenses, feedback), strict=True
    )),
    st.tuples(st.just("change"), few, deals),
    st.tuples(st.just("bury"), st.sampled_from(kinds), few),
    st.tuples(st.just("erase"), few),
    st.tuples(st.just("shift"), st.integers(-30, 30)),
    st.tuples(st.just("drain")),
)  # fmt: skip
stories = st.lists(steps, min_size=8, max_size=25)


@dataclass
class Teller:
    organisation: Organisation
    people: list[Person]
    customers: list[Customer]
    stages: list[Stage]
    number: int = 0

    def tell(self, story: list[tuple]) -> None:
        for what, *how in story:
            step: Callable[..., None] = getattr(self, what)
            with acting_for(self.organisation.pk):
                step(*how)

    def deal(self, how: dict) -> None:
        self._write(Deal(**self._known(), currency="CNY"), how)

    def change(self, which: int, how: dict) -> None:
        for deal in _some(Deal, which):
            StageEntry.objects.filter(deal=deal).delete()
            self._write(deal, how)

    def lead(self, how: dict) -> None:
        deal = _some(Deal, how["deal"])[0] if how["deal"] is not None and Deal.objects.exists() else None
        Lead.objects.create(**self._known(), **{**how, "owner": self._who(how["owner"]), "deal": deal})

    def activity(self, how: dict) -> None:
        at = datetime.combine(how["happened_on"], time(23, 30), ZONE)
        Activity.objects.create(
            **self._known(), **{**how, "person": self._who(how["person"]), "happened_at": at}
        )

    def expense(self, how: dict) -> None:
        Expense.objects.create(**self._known(), currency="CNY", **{**how, "person": self._who(how["person"])})

    def feedback(self, how: dict) -> None:
        how = {**how, "person": self._who(how["person"]), "score_hundredths": how["score"] * 100}
        del how["score"]
        Feedback.objects.create(**self._known(), **how)

    def bury(self, kind: str, which: int) -> None:
        model: type[VersionedRecord] = {
            "deal": Deal, "lead": Lead, "activity": Activity, "expense": Expense, "feedback": Feedback
        }[kind]  # fmt: skip
        for one in _some(model, which):
            one.deleted_at = None if one.deleted_at else NOON
            one.save()

    def erase(self, which: int) -> None:
        for deal in _some(Deal, which):
            StageEntry.objects.filter(deal=deal).delete()
            Lead.objects.filter(deal=deal).update(deal=None)
            deal.delete()

    def shift(self, by: int) -> None:
        closed = list(Deal.objects.exclude(closed_on=None))
        for deal in closed:
            deal.closed_on += timedelta(days=by)
        Deal.objects.bulk_update(closed, ["closed_on"])

    def drain(self) -> None:
        drain(self.organisation.pk, at=NOON)

    def _write(self, deal: Deal, how: dict) -> None:
        deal.owner, deal.status = self._who(how["owner"]), how["status"]
        deal.customer = None if how["customer"] is None else self.customers[how["customer"]]
        deal.closed_on = None if deal.status == "open" else how["closed_on"]
        deal.save()
        for stage, day, hour in how["entries"]:
            at = datetime.combine(day, time(hour), UTC)
            StageEntry.objects.get_or_create(deal=deal, stage=self.stages[stage], entered_at=at)

    def _who(self, which: int | None) -> Person | None:
        return None if which is None else self.people[which]

    def _known(self) -> dict[str, str]:
        self.number += 1
        return {"source": "crm", "external_id": str(self.number), "name": f"Record {self.number}"}


def _some(model: type[Any], which: int) -> list[Any]:
    found = list(model.objects.order_by("pk"))
    return [found[which % len(found)]] if found else []


@lasting
def teller() -> Teller:
    other = an_organisation("other")
    a_person(other, "Charlie")
    acme = an_organisation("acme", currency="CNY", time_zone="Asia/Shanghai")
    north = a_unit(acme, "North")
    with acting_for(acme.pk):
        known = [{"source": "crm", "external_id": n, "name": n} for n in ("A", "B", "C")]
        customers = [Customer.objects.create(**one) for one in known]
        stages = [Stage.objects.create(**one) for one in known]
    people = [a_person(acme, name, unit=north) for name in ("Alice", "Bob", "Carol")]
    drained(acme)
    return Teller(acme, people, customers, stages)


def counted() -> Iterator[tuple[str, Person | None, date | None, int]]:
    """(measure, whose, day, value) of every record, by hand."""
    first: dict[int, Deal] = {}
    won = [d for d in Deal.objects.filter(deleted_at=None, status="won") if d.customer_id]
    for deal in sorted(won, key=lambda deal: (deal.closed_on, deal.pk)):
        first.setdefault(deal.customer_id, deal)
        yield "won_customer_count", deal.owner, deal.closed_on, 1
        if first[deal.customer_id] == deal:
            yield "new_customer_count", deal.owner, deal.closed_on, 1
        else:
            yield "repeat_deal_count", deal.owner, deal.closed_on, 1
    for entry in StageEntry.objects.filter(deal__deleted_at=None):
        yield "stage_entry_count", entry.deal.owner, entry.entered_at.astimezone(ZONE).date(), 1
    for lead in Lead.objects.filter(deleted_at=None):
        yield "lead_created_count", lead.owner, lead.created_on, 1
        yield "lead_qualified_count", lead.owner, lead.qualified_on, 1
        if lead.deal_id:
            yield "lead_converted_count", lead.owner, lead.qualified_on, 1
        if lead.status == "disqualified":
            yield "lead_disqualified_count", lead.owner, lead.disqualified_on, 1
    for activity in Activity.objects.filter(deleted_at=None):
        day = activity.happened_at.astimezone(ZONE).date()
        yield "activity_count", activity.person, day, 1
        yield "activity_minutes", activity.person, day, activity.minutes or 0
    for expense in Expense.objects.filter(deleted_at=None):
        yield "expense_amount", expense.person, expense.dated_on, expense.base_minor or 0
    for answer in Feedback.objects.filter(deleted_at=None):
        whose, day, score = answer.person, answer.given_on, answer.score_hundredths
        if answer.kind == "nps":
            yield "nps_count", whose, day, 1
            yield "nps_promoter_count", whose, day, int(score >= 900)
            yield "nps_detractor_count", whose, day, int(score <= 600)
        else:
            yield "satisfaction_count", whose, day, 1
            yield "satisfaction_hundredths", whose, day, 100
            yield "satisfaction_sum", whose, day, score


MEASURES = (
    *("won_customer_count", "new_customer_count", "repeat_deal_count", "stage_entry_count"),
    *("lead_created_count", "lead_qualified_count", "lead_converted_count", "lead_disqualified_count"),
    *("activity_count", "activity_minutes", "nps_count", "nps_promoter_count", "nps_detractor_count"),
    *("satisfaction_sum", "satisfaction_hundredths", "satisfaction_count", "expense_amount"),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories)
def test_cells_are_what_counting_by_hand_gives_and_a_rebuild(teller: Teller, story: list) -> None:
    with transaction.atomic():
        told = Teller(teller.organisation, teller.people, teller.customers, teller.stages)
        told.tell(story)
        drained(told.organisation)
        by_batches = every_cell(told.organisation)
        with acting_for(told.organisation.pk):
            check(told)
        rebuild(told.organisation.pk, at=NOON)
        assert every_cell(told.organisation) == by_batches
        assert verify(told.organisation.pk, at=NOON) == []
        transaction.set_rollback(True)


def check(told: Teller) -> None:
    cells: Counter[tuple[str, int, date]] = Counter()
    for cell in LeafCell.objects.filter(measure__in=MEASURES):
        cells[cell.measure, cell.person_id, cell.month] += cell.value
    by_hand: Counter[tuple[str, int, date]] = Counter()
    for measure, whose, day, value in counted():
        if whose is not None and day is not None:
            by_hand[measure, whose.pk, day.replace(day=1)] += value
    assert cells == Counter({key: value for key, value in by_hand.items() if value})
    root, period = Holder("unit", root_unit_id(TODAY)), Period(FIRST, TODAY)
    for measure in MEASURES:
        behind = records_behind(root, Formula(measure), period, on=TODAY, limit=1000)
        found = actual(root, Formula(measure), period, on=TODAY).numerator
        expected = sum(
            value
            for name, whose, day, value in counted()
            if name == measure and whose and day and period.contains(day)
        )
        assert behind.total.value == sum(row.value or 0 for row in behind.rows) == found == expected


def test_customers_are_active_who_bought_in_twelve_months_and_open_deals_tell_how_full_they_are(
    teller: Teller,
) -> None:
    alice = teller.people[0]
    with acting_for(teller.organisation.pk):
        Customer.objects.update(owner=alice)
        teller.deal(
            {"owner": 1, "customer": 0, "status": "won", "closed_on": date(2025, 5, 13), "entries": []}
        )
        teller.deal(
            {"owner": 1, "customer": 1, "status": "won", "closed_on": date(2025, 5, 12), "entries": []}
        )
        teller.deal({"owner": 0, "customer": 2, "status": "open", "closed_on": TODAY, "entries": []})
        holder, may = Holder("person", alice.pk), Period(date(2026, 5, 1), date(2026, 6, 1))

        def now(measure: str, on: date = TODAY) -> int:
            return actual(holder, Formula(measure), may, on=on).numerator

        assert (now("active_customer_count"), now("active_customer_count", date(2026, 5, 11))) == (1, 2)
        assert (now("open_fields_filled"), now("open_fields_expected")) == (1, 6)
