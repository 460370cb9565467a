"""The same numbers in plain Python, day by day and record by record: slow, and easy to believe."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kpis.models import LeafCell, UnitCell
from kpis.values import Holder
from pipeline.models import CreditShare, Deal
from salestargets.kernel.periods import Period
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Mentorship, Organisation, UnitPlacement


@dataclass(frozen=True)
class Fact:
    """A record adds to a measure of a person, and of the units it counts for, on a day."""

    measure: str
    value: int | None
    day: date
    person_id: int
    unit_ids: frozenset[int]
    deal_id: int
    product_id: int | None

    def counts_for(self, holder: Holder) -> bool:
        return holder.id in self.unit_ids if holder.kind == "unit" else holder.id == self.person_id


class BruteForce:
    """An organisation's records, people and tree, as they are now."""

    def __init__(self, organisation: Organisation) -> None:
        with acting_for(organisation.pk):
            self.deals = list(Deal.objects.filter(deleted_at=None))
            self.shares = defaultdict(list)
            for share in CreditShare.objects.all():
                self.shares[share.deal_id].append(share)
            self.assignments = list(Assignment.objects.filter(role="member"))
            self.placements = list(UnitPlacement.objects.all())
            self.mentorships = list(Mentorship.objects.filter(deleted_at=None))
        self.facts = list(self._facts())

    def sum(self, measure: str, holder: Holder, period: Period, as_of: date | None = None) -> int:
        return sum(
            fact.value or 0
            for fact in self.facts
            if fact.measure == measure
            and fact.counts_for(holder)
            and period.contains(fact.day)
            and (as_of is None or fact.day < as_of)
        )

    def person_months(self) -> dict[tuple[int, int | None, date, str], int]:
        """(person, own unit, month, measure) → value, where it is not zero."""
        sums: dict[tuple[int, int | None, date, str], int] = defaultdict(int)
        for fact in self.facts:
            unit_id = self.unit_of(fact.person_id, fact.day)
            sums[fact.person_id, unit_id, fact.day.replace(day=1), fact.measure] += fact.value or 0
        return {key: value for key, value in sums.items() if value}

    def unit_months(self) -> dict[tuple[int, date, str], int]:
        sums: dict[tuple[int, date, str], int] = defaultdict(int)
        for fact in self.facts:
            for unit_id in fact.unit_ids:
                sums[unit_id, fact.day.replace(day=1), fact.measure] += fact.value or 0
        return {key: value for key, value in sums.items() if value}

    def open_on(self, holder: Holder, day: date, *, now: bool) -> tuple[int, int]:
        """(amount, count) of the deals open at the end of a day, credited as people sat on that day."""
        there = [deal for deal in self.deals if (deal.status == "open" if now else self._was_open(deal, day))]
        counted = [deal for deal in there if deal.owner_id and self._counts(deal.owner_id, holder, day)]
        amount = 0
        for deal in there:
            for person_id, value in self._credits(deal):
                if self._counts(person_id, holder, day):
                    amount += value or 0
        return amount, len(counted)

    def unit_of(self, person_id: int, day: date) -> int | None:
        return next(
            (row.unit_id for row in self.assignments if row.person_id == person_id and _holds(row, day)), None
        )

    def units_above(self, unit_id: int | None, day: date) -> Iterator[int]:
        """The unit, where it has a place on that day, and all above it."""
        place = self._place(unit_id, day)
        if place is not None:
            yield place.unit_id
        while place is not None and place.parent_id is not None:
            yield place.parent_id
            place = self._place(place.parent_id, day)

    def _place(self, unit_id: int | None, day: date) -> UnitPlacement | None:
        return next((row for row in self.placements if row.unit_id == unit_id and _holds(row, day)), None)

    def _was_open(self, deal: Deal, day: date) -> bool:
        created = deal.created_on is None or deal.created_on <= day
        return created and (deal.closed_on is None or deal.closed_on > day)

    def _counts(self, person_id: int, holder: Holder, day: date) -> bool:
        if holder.kind == "person":
            return person_id == holder.id
        return holder.id in self.units_above(self.unit_of(person_id, day), day)

    def _credits(self, deal: Deal) -> list[tuple[int, int | None]]:
        if deal.is_shared:
            return [(share.person_id, share.base_minor) for share in self.shares[deal.pk]]
        return [(deal.owner_id, deal.base_minor)] if deal.owner_id else []

    def _facts(self) -> Iterator[Fact]:
        for deal in self.deals:
            if deal.status != "open":
                for person_id, value in self._credits(deal):
                    yield self._fact(f"{deal.status}_amount", value, deal.closed_on, person_id, deal)
            if deal.owner_id is None:
                continue
            if deal.created_on:
                yield self._fact("created_count", 1, deal.created_on, deal.owner_id, deal)
                yield self._fact("created_amount", deal.base_minor, deal.created_on, deal.owner_id, deal)
            if deal.status != "open":
                yield self._fact(f"{deal.status}_count", 1, deal.closed_on, deal.owner_id, deal)
                for row in self.mentorships:
                    if row.mentee_id == deal.owner_id and _holds(row, deal.closed_on):
                        measure = f"mentee_{deal.status}_count"
                        yield self._fact(measure, 1, deal.closed_on, row.mentor_id, deal)
            if deal.status == "won" and deal.created_on:
                days = (deal.closed_on - deal.created_on).days
                yield self._fact("won_cycle_days", days, deal.closed_on, deal.owner_id, deal)
                yield self._fact("won_cycle_count", 1, deal.closed_on, deal.owner_id, deal)

    def _fact(self, measure: str, value: int | None, day: date, person_id: int, deal: Deal) -> Fact:
        units = frozenset(self.units_above(self.unit_of(person_id, day), day))
        return Fact(measure, value, day, person_id, units, deal.pk, deal.product_id)


def _holds(row: Assignment | Mentorship | UnitPlacement, day: date) -> bool:
    return row.starts_on <= day and (row.ends_on is None or day < row.ends_on)


def stored_person_months(organisation: Organisation) -> dict[tuple[int, int | None, date, str], int]:
    sums: dict[tuple[int, int | None, date, str], int] = defaultdict(int)
    with acting_for(organisation.pk):
        for cell in LeafCell.objects.all():
            assert cell.value != 0
            sums[cell.person_id, cell.unit_id, cell.month, cell.measure] += cell.value
    return {key: value for key, value in sums.items() if value}


def stored_unit_months(organisation: Organisation) -> dict[tuple[int, date, str], int]:
    with acting_for(organisation.pk):
        return {(cell.unit_id, cell.month, cell.measure): cell.value for cell in UnitCell.objects.all()}


def every_cell(organisation: Organisation) -> list[tuple[object, ...]]:
    """All cells as they are stored, to compare one way of making them with another."""
    with acting_for(organisation.pk):
        leaves = LeafCell.objects.values_list(
            "person_id", "month", "measure", "starts_on", "unit_id", "value"
        )
        units = UnitCell.objects.values_list("unit_id", "month", "measure", "value")
        return sorted(map(repr, leaves)) + sorted(map(repr, units))
