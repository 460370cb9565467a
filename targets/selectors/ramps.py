"""How much of a full number people carry in a plan: less while they are new, and nothing once they left."""

from collections.abc import Iterable
from fractions import Fraction

from salestargets.tenancy.models import Organisation, Person
from salestargets.tenancy.selectors import calendar_of
from targets.domain.ramp import RampCurve, mean_ramp
from targets.models import Plan
from targets.selectors.periods import periods_of, span_of
from targets.selectors.rules import planning_rules


def ramp_curve() -> RampCurve:
    """The organisation's, by month of tenure."""
    return RampCurve(tuple(Fraction(percent, 100) for percent in planning_rules().ramp))


def ramps_of(plan: Plan, person_ids: Iterable[int], organisation: Organisation) -> dict[int, Fraction]:
    """Person → their mean ramp over the months of the plan, 0 to 1. Three queries for any number."""
    curve, months, calendar = ramp_curve(), periods_of(plan), calendar_of(organisation, span_of(plan))
    people = Person.objects.filter(pk__in=set(person_ids)).values_list("pk", "hired_on", "left_on")
    return {
        person_id: mean_ramp(curve, hired_on, months, calendar, left_on=left_on)
        for person_id, hired_on, left_on in people
    }
