"""Random stories: deals come, change and go, people and units move, the worker wakes up now and then."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import IntegrityError, transaction
from hypothesis import strategies as st

from kpis.models import Closing, Correction, LeafCell, UnitCell
from kpis.services import drain
from kpis.services.closing import close_month, reopen_month
from pipeline.models import CreditShare, Deal, Product
from salestargets.kernel.errors import DomainError
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Mentorship, Organisation, Person, Unit
from salestargets.tenancy.services.mentoring import (
    begin_mentorship,
    correct_mentorship,
    remove_mentorship,
)
from salestargets.tenancy.services.people import assign, end_assignment, move_person
from salestargets.tenancy.services.structure import create_unit, move_unit
from tests.builders import NOON

FIRST, LAST = date(2026, 1, 20), date(2026, 6, 10)
days = st.dates(FIRST, LAST)
amounts = st.one_of(st.none(), st.integers(-50_000, 900_000))
numbers = st.integers(0, 7)

deals = st.fixed_dictionaries(
    {
        "owner": st.one_of(st.none(), numbers),
        "status": st.sampled_from(["won", "won", "lost", "open"]),
        "base_minor": amounts,
        "closed_on": days,
        "created_on": st.one_of(st.none(), days),
        "product": st.one_of(st.none(), numbers),
        "shares": st.one_of(st.none(), st.lists(st.tuples(numbers, amounts), min_size=1, max_size=3)),
    }
)
mentorings = st.tuples(st.just("begin mentorship"), numbers, numbers, days, st.one_of(st.none(), days))
steps = st.one_of(
    st.tuples(st.just("deal"), deals),
    st.tuples(st.just("deal"), deals),
    st.tuples(st.just("change"), numbers, deals),
    st.tuples(st.just("tombstone"), numbers),
    st.tuples(st.just("erase"), numbers),
    st.tuples(st.just("bulk"), st.integers(-40, 40)),
    st.tuples(st.just("unassign shares"), numbers),
    st.tuples(st.just("move person"), numbers, numbers, days),
    st.tuples(st.just("end membership"), numbers, days),
    st.tuples(st.just("assign"), numbers, numbers, days),
    st.tuples(st.just("move unit"), numbers, numbers, days),
    st.tuples(st.just("new unit"), numbers, days),
    mentorings,
    st.tuples(st.just("change mentorship"), numbers, numbers, days, st.one_of(st.none(), days)),
    st.tuples(st.just("take mentorship back"), numbers),
    st.tuples(st.just("drain")),
    st.tuples(st.just("close"), st.integers(1, 6)),
    st.tuples(st.just("close"), st.integers(1, 6)),
    st.tuples(st.just("reopen"), st.integers(1, 6)),
)
openings = st.lists(st.tuples(st.just("deal"), deals), min_size=6, max_size=10)
stories = st.tuples(st.lists(mentorings, max_size=2), openings, st.lists(steps, min_size=6, max_size=20)).map(
    lambda parts: [*parts[0], *parts[1], *parts[2]]
)


def sums_of_month(month: date) -> Counter[tuple]:
    """(kind, id, unit of a place, measure) → the sum of the cells of a month."""
    sums: Counter[tuple] = Counter()
    for cell in LeafCell.objects.filter(month=month):
        sums["person", cell.person_id, cell.unit_id, cell.measure] += cell.value
    for cell in UnitCell.objects.filter(month=month):
        sums["unit", cell.unit_id, None, cell.measure] += cell.value
    return Counter({key: value for key, value in sums.items() if value})


def corrections_of_month(month: date) -> Counter[tuple]:
    sums: Counter[tuple] = Counter()
    for one in Correction.objects.filter(month=month, closing__reopened_at=None):
        key = ("person", one.person_id, one.unit_id) if one.person_id else ("unit", one.unit_id, None)
        sums[*key, one.measure] += one.delta
    return sums


@dataclass
class Teller:
    """Acts out a story in an organisation. Steps that the rules refuse are left out, as a user would."""

    organisation: Organisation
    people: list[Person]
    units: list[Unit]
    products: list[Product]
    number: int = 0
    #: What the cells of a month were when it closed.
    closed: dict[date, "Counter[tuple]"] = field(default_factory=dict)

    def tell(self, story: list[tuple]) -> None:
        for what, *how in story:
            step: Callable[..., None] = getattr(self, what.replace(" ", "_"))
            try:
                with transaction.atomic(), acting_for(self.organisation.pk):
                    step(*how)
            except (DomainError, IntegrityError):
                continue

    def deal(self, how: dict) -> None:
        self.number += 1
        self._write(Deal(source="crm", external_id=f"S{self.number}", name="A deal", currency="USD"), how)

    def change(self, which: int, how: dict) -> None:
        for deal in self._some(which):
            CreditShare.objects.filter(deal=deal).delete()
            self._write(deal, how)

    def tombstone(self, which: int) -> None:
        for deal in self._some(which):
            deal.deleted_at = None if deal.deleted_at else datetime(2026, 6, 1, tzinfo=UTC)
            deal.save()

    def erase(self, which: int) -> None:
        for deal in self._some(which):
            CreditShare.objects.filter(deal=deal).delete()
            deal.delete()

    def bulk(self, shift: int) -> None:
        closed = list(Deal.objects.exclude(closed_on=None))
        for deal in closed:
            deal.closed_on += timedelta(days=shift)
        Deal.objects.bulk_update(closed, ["closed_on"])

    def unassign_shares(self, which: int) -> None:
        for deal in self._some(which):
            Deal.objects.filter(pk=deal.pk).update(is_shared=not deal.is_shared)

    def move_person(self, who: int, where: int, on: date) -> None:
        move_person(self._actor(), person=self._of(self.people, who), unit=self._of(self.units, where), on=on)

    def end_membership(self, who: int, on: date) -> None:
        for row in Assignment.objects.filter(person=self._of(self.people, who), role="member", ends_on=None):
            end_assignment(self._actor(), assignment=row, on=on, expected_version=None)

    def assign(self, who: int, where: int, on: date) -> None:
        person, unit = self._of(self.people, who), self._of(self.units, where)
        assign(self._actor(), person=person, unit=unit, role="member", starts_on=on)

    def move_unit(self, which: int, where: int, on: date) -> None:
        unit, parent = self._of(self.units, which), self._of(self.units, where)
        move_unit(self._actor(), unit=unit, parent_id=parent.pk, on=on)

    def new_unit(self, where: int, on: date) -> None:
        parent = self._of(self.units, where)
        self.units.append(create_unit(self._actor(), name="New", parent_id=parent.pk, starts_on=on))

    def begin_mentorship(self, who: int, whom: int, since: date, until: date | None) -> None:
        mentor, mentee = self._of(self.people, who), self._of(self.people, whom)
        days = {"starts_on": since, "ends_on": until}
        begin_mentorship(self._actor(), mentor=mentor, mentee=mentee, **days, at=NOON)

    def change_mentorship(self, which: int, who: int, since: date, until: date | None) -> None:
        for row in self._mentorship(which):
            mentor, days = self._of(self.people, who), {"starts_on": since, "ends_on": until}
            how = {"at": NOON, "expected_version": None, **days}
            correct_mentorship(self._actor(), mentorship=row, mentor=mentor, **how)

    def take_mentorship_back(self, which: int) -> None:
        for row in self._mentorship(which):
            remove_mentorship(self._actor(), mentorship=row, at=NOON)

    def drain(self) -> None:
        drain(self.organisation.pk, at=NOON)

    def close(self, which: int) -> None:
        drain(self.organisation.pk, at=NOON)
        month = date(2026, which, 1)
        close_month(self._actor(), month=month, at=datetime(2026, 7, 1, tzinfo=UTC))
        self.closed[month] = sums_of_month(month)

    def reopen(self, which: int) -> None:
        for closing in Closing.objects.filter(month=date(2026, which, 1), reopened_at=None):
            reopen_month(self._actor(), closing=closing, reason="A mistake", at=NOON)
            del self.closed[closing.month]

    def _write(self, deal: Deal, how: dict) -> None:
        deal.owner = self._of(self.people, how["owner"])
        deal.product = self._of(self.products, how["product"])
        deal.status, deal.base_minor = how["status"], how["base_minor"]
        deal.created_on = how["created_on"]
        deal.closed_on = None if deal.status == "open" else how["closed_on"]
        credits = {self._of(self.people, who): amount for who, amount in how["shares"] or ()}
        deal.is_shared = bool(credits)
        deal.save()
        for person, amount in credits.items():
            CreditShare.objects.create(deal=deal, person=person, share_ppm=1, base_minor=amount)

    def _some(self, which: int) -> list[Deal]:
        deals = list(Deal.objects.order_by("pk"))
        return [deals[which % len(deals)]] if deals else []

    def _mentorship(self, which: int) -> list[Mentorship]:
        rows = list(Mentorship.objects.order_by("pk"))
        return [rows[which % len(rows)]] if rows else []

    def _of(self, things: list, which: int | None):
        return None if which is None else things[which % len(things)]

    def _actor(self):
        return system_actor(self.organisation)
