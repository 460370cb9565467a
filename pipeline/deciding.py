"""The open deals that can still decide a number, by what they would bring to its holder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Greatest

from kpis.values import Holder
from pipeline.choices import DealStatus
from pipeline.models import CreditShare, Deal
from salestargets.kernel.periods import Period
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.compiled import compiled_once
from salestargets.tenancy.models import Assignment, UnitClosure
from salestargets.tenancy.models.people import current_on

State = tuple[int, datetime | None]


@dataclass(frozen=True)
class Deciding:
    """The largest of the open deals, how many there are, and what all of them would bring together."""

    deals: Sequence[Deal]
    count: int
    credited: int


def open_deals_of(holder: Holder, on: date, *, as_of: date | None = None) -> QuerySet[Deal]:
    """Deals open now that would count for the holder; with a day, as far as their dates tell, those then."""
    return _open_deals(_people(holder, on), as_of)


def _open_deals(people: Any, as_of: date | None = None) -> QuerySet[Deal]:
    shared = CreditShare.objects.filter(deal=OuterRef("pk"), person__in=people)
    theirs = Q(is_shared=False, owner__in=people) | Q(Exists(shared), is_shared=True)
    return Deal.objects.filter(_open(as_of), theirs, deleted_at__isnull=True)


def state_of_open_deals(holder: Holder, on: date) -> State:
    """How many deals are open for the holder, and when one of them last changed."""
    [found] = _state_of((holder.id,)) if holder.kind == "person" else _state_within(holder.id, on)
    return found


@compiled_once
def _state_of(people: tuple[int, ...]) -> QuerySet[Deal, State]:
    return _together(_open_deals(people))


@compiled_once
def _state_within(unit: int, on: date) -> QuerySet[Deal, State]:
    return _together(_open_deals(_people_of(unit, on)))


def _together(deals: QuerySet[Deal]) -> QuerySet[Deal, State]:
    counted = deals.values(together=Value(1)).annotate(count=Count("pk"), last=Max("changed_at"))
    return counted.values_list("count", "last")


def deciding_deals(
    holder: Holder, *, before: date, on: date, as_of: date | None = None, limit: int = 10
) -> Deciding:
    """Those that may close before a day, `credited` with the holder's part; what has no price comes last."""
    due = Q(expected_close_on__lt=before) | Q(expected_close_on__isnull=True)
    deals = open_deals_of(holder, on, as_of=as_of).filter(due).annotate(credited=_credited(holder, on))
    largest = deals.order_by(F("credited").desc(nulls_last=True), "expected_close_on", "id")
    shown = list(
        largest.select_related("customer", "stage", "owner").annotate(
            count=Window(Count("pk")), sum=Window(Sum("credited"))
        )[:limit]
    )
    if not shown:
        return Deciding(deals=[], count=0, credited=0)
    return Deciding(deals=shown, count=shown[0].count, credited=int(shown[0].sum or 0))


def begun_before(holder: Holder, period: Period, *, on: date) -> tuple[int, int]:
    """How many open deals began before a period and may close in it, and what they would bring together.

    What is overdue, or has no day to close on, may close today at the earliest.
    """
    due = Greatest(Coalesce(F("expected_close_on"), Value(on)), Value(on), output_field=DateField())
    began = Q(created_on__isnull=True) | Q(created_on__lt=period.start)
    deals = open_deals_of(holder, on).annotate(due=due, credited=_credited(holder, on))
    within = deals.filter(began, due__gte=period.start, due__lt=period.end)
    found = within.aggregate(count=Count("pk"), sum=Sum("credited"))
    return found["count"], int(found["sum"] or 0)


def _credited(holder: Holder, on: date) -> Case:
    """The holder's part of a deal's amount."""
    shares = CreditShare.objects.filter(deal=OuterRef("pk"), person__in=_people(holder, on))
    part = shares.order_by().values("deal").annotate(part=Sum("base_minor")).values("part")
    return Case(When(is_shared=True, then=Subquery(part)), default=F("base_minor"))


def _people(holder: Holder, on: date) -> Any:
    return [holder.id] if holder.kind == "person" else _people_of(holder.id, on)


def _people_of(unit_id: int, on: date) -> Any:
    units = UnitClosure.objects.filter(current_on(on), ancestor=unit_id).values("descendant")
    members = Assignment.objects.filter(current_on(on), role=AssignmentRole.MEMBER, unit__in=units)
    return members.values("person")


def _open(as_of: date | None) -> Q:
    if as_of is None:
        return Q(status=DealStatus.OPEN)
    created = Q(created_on__isnull=True) | Q(created_on__lt=as_of)
    return created & (Q(closed_on__isnull=True) | Q(closed_on__gte=as_of))
