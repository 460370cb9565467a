from datetime import date
from decimal import Decimal
from typing import TypedDict

from django.db import models
from rest_framework.request import Request

from salestargets.api.inputs import Field, choice
from salestargets.api.operations import operation
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope
from targets.api.rows import Amounts
from targets.selectors.phasing import by_days
from targets.selectors.plans import get_target


class Step(models.TextChoices):
    """Words of the API only."""

    WEEK = "week"
    DAY = "day"


BY = Field("by", choice(Step), "Into what the number is taken apart.").otherwise(Step.WEEK)


class PhaseRow(TypedDict):
    """`to` is the day after the last."""

    starts_on: date
    to: date
    amount: Decimal | None
    cumulative: Decimal | None


class Phases(TypedDict):
    """The days sum to their months, and all to the number. None of a level."""

    target: int
    results: list[PhaseRow]


class TargetPhasing(TenantView):
    @operation(Scope.READ, query=(BY,), answers=Phases)
    def get(self, request: Request, target_id: int) -> Phases:
        """A holder's number by week or by day: its months by working days, or by the days of the calendar."""
        target = get_target(self.actor, target_id, self.today)
        amounts = Amounts(target.goal, self.actor)
        found = by_days(target, self.actor.organisation, weeks=self.query[BY] == Step.WEEK)
        return {
            "target": target.pk,
            "results": [
                {
                    "starts_on": phase.period.start,
                    "to": phase.period.end,
                    "amount": amounts(phase.amount),
                    "cumulative": amounts(phase.cumulative),
                }
                for phase in found
            ],
        }
