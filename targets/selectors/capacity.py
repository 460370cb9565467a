"""What people can be expected to bring: their ramped months × what fully ramped peers brought in a month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from kpis.selectors import series
from kpis.values import Holder
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment, Person
from targets.domain.ramp import ramp_share
from targets.models import Goal
from targets.selectors.periods import calendar_for, periods_of, twelve_months_before
from targets.selectors.ramps import earliest, ramp_curve
from targets.selectors.trees import Node, PlanTree


@dataclass(frozen=True)
class Capacity:
    """`months` are the ramped months of each in the plan.

    `monthly` is the median, over the `peers` who were fully ramped, of what each brought in a month of
    `span`; None without such history.
    """

    monthly: Fraction | None
    peers: int
    span: Period
    months: Mapping[Node, Fraction]

    @property
    def ramped_months(self) -> Fraction:
        return sum(self.months.values(), Fraction(0))

    def of(self, node: Node) -> Fraction:
        """What one of them can carry; nothing is known without a monthly amount."""
        return self.months[node] * (self.monthly or 0)

    @property
    def total(self) -> int | None:
        """What all of them can carry together."""
        return None if self.monthly is None else round(self.ramped_months * self.monthly)


def capacity_of(goal: Goal, tree: PlanTree, people: Sequence[Node], *, on: date) -> Capacity:
    """Of people of the plan where they are, for a KPI that adds up. A handful of queries for any number."""
    holders = Person.objects.in_bulk([node.person_id for node in people])
    curve = ramp_curve()
    periods, calendar = periods_of(goal.plan), calendar_for([goal], goal.organisation)
    span = twelve_months_before(min(goal.plan.starts_on, on))

    def months(node: Node) -> Fraction:
        person, label = holders[node.person_id], tree.labels[node]
        left_on = earliest(person.left_on, label.left_on)
        return sum(
            ramp_share(curve, person.hired_on, periods, calendar, here_from=label.joined_on, left_on=left_on),
            Fraction(0),
        )

    monthly = _monthly(goal, list(holders.values()), span, tenure=len(curve.shares), on=on)
    return Capacity(
        monthly=Fraction(median(monthly)) if any(monthly) else None,
        peers=len(monthly),
        span=span,
        months={node: months(node) for node in people},
    )


def _monthly(goal: Goal, people: Sequence[Person], span: Period, *, tenure: int, on: date) -> list[Fraction]:
    """What each fully ramped person brought in a month, on average over their whole months as such."""
    found = series([Holder("person", person.pk) for person in people], goal.kpi, span, by="month", on=on)
    present = _present(people, span)
    means = []
    for person in people:
        brought = found[Holder("person", person.pk)]
        full = [
            month
            for month in span.months()
            if any(stay.start <= month.start and month.end <= stay.end for stay in present.get(person.pk, ()))
            and _is_ramped(person, month, tenure)
        ]
        if full:
            total = sum(brought[month.start].numerator for month in full if month.start in brought)
            means.append(Fraction(total, len(full)))
    return means


def _present(people: Iterable[Person], span: Period) -> dict[int, list[Period]]:
    """When each belonged to some unit within the span."""
    rows = Assignment.objects.filter(
        role=AssignmentRole.MEMBER, person__in=[person.pk for person in people], starts_on__lt=span.end
    )
    stays: dict[int, list[Period]] = {}
    for person_id, starts_on, ends_on in rows.order_by("starts_on").values_list(
        "person_id", "starts_on", "ends_on"
    ):
        own, end = stays.setdefault(person_id, []), ends_on or date.max
        if own and own[-1].end == starts_on:  # moved from one unit to the next
            own[-1] = Period(own[-1].start, end)
        else:
            own.append(Period(starts_on, end))
    return stays


def _is_ramped(person: Person, month: Period, tenure: int) -> bool:
    since, until = person.hired_on, person.left_on
    if until is not None and until < month.end:
        return False
    if since is None:
        return True
    return (month.start.year - since.year) * 12 + month.start.month - since.month >= max(tenure, 1)
