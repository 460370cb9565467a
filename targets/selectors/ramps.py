"""How much of a full number people carry in a plan: less while they are new, nothing while they are gone."""

from collections.abc import Collection
from datetime import date

from salestargets.kernel.rational import Fraction
from salestargets.tenancy.models import Organisation, Person
from salestargets.tenancy.selectors import calendar_of
from targets.domain.ramp import RampCurve, mean_ramp
from targets.models import Plan
from targets.selectors.periods import periods_of, span_of
from targets.selectors.rules import planning_rules
from targets.selectors.trees import Node, PlanTree


def ramp_curve() -> RampCurve:
    """The organisation's, by month of tenure."""
    return RampCurve(tuple(Fraction(percent, 100) for percent in planning_rules().ramp))


def ramps_of(
    plan: Plan, tree: PlanTree, nodes: Collection[Node], organisation: Organisation
) -> dict[Node, Fraction]:
    """People → their mean ramp in their place over the months of the plan, 0 to 1. Three queries for any."""
    curve, months, calendar = ramp_curve(), periods_of(plan), calendar_of(organisation, span_of(plan))
    people = Person.objects.in_bulk({node.person_id for node in nodes})
    stays = ((node, people[node.person_id or 0], tree.labels[node]) for node in nodes)
    return {
        node: mean_ramp(
            curve,
            person.hired_on,
            months,
            calendar,
            here_from=label.joined_on,
            left_on=earliest(person.left_on, label.left_on),
        )
        for node, person, label in stays
    }


def earliest(*days: date | None) -> date | None:
    return min((day for day in days if day), default=None)
