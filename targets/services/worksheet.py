"""The methods worksheet: kept as it was made, and taken as the goal's amount where that is wanted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.services.versions import check_version, lock
from targets.domain.methods import Inputs
from targets.models import Goal, Worksheet
from targets.selectors.worksheet import check_has_methods, facts_of, inputs_from_records, newest_of, shown
from targets.services.numbers import check_not_closed
from targets.services.plans import change_goal, check_may_lead


@transaction.atomic
def keep_worksheet(
    actor: Actor,
    *,
    goal: Goal,
    inputs: Sequence[Inputs],
    weights: Mapping[str, Decimal],
    expected_version: int | None = None,
    at: datetime,
) -> Worksheet:
    """The newest is in force; the older ones stay. What came from records is kept as it is now.

    `expected_version` is that of the worksheet as it was read, 0 where none had been kept.
    """
    check_may_lead(actor, goal.plan.root_unit_id, at=at)
    check_not_closed(goal.plan)
    check_has_methods(goal)
    if len({each.method for each in inputs}) < len(inputs):
        raise DomainError(N_("Name each method once."), code="method_twice", field="methods")
    lock(goal, expected_version=None)
    newest = newest_of(goal)
    version = newest.version if newest else 0
    check_version(version, expected_version)
    on = actor.organisation.today(at)
    return Worksheet.objects.create(
        goal=goal,
        methods=[each.as_json() for each in inputs],
        weights={method: str(weight) for method, weight in weights.items()},
        facts=facts_of(inputs_from_records(goal, on=on)),
        amount=shown(inputs, weights, kept=None, moved=[]).amount,
        made_at=at,
        made_by=actor.user,
        version=version + 1,
    )


@transaction.atomic
def take_blend(actor: Actor, *, goal: Goal, worksheet: Worksheet, reason: str = "", at: datetime) -> Goal:
    """The blend becomes the goal's amount; in force, with a reason."""
    if worksheet.amount is None:
        raise DomainError(
            N_("The blend has no number yet: weigh at least one method that proposes one."), code="no_blend"
        )
    changes = {"amount": worksheet.amount}
    return change_goal(
        actor,
        goal=goal,
        changes=changes,  # type: ignore[arg-type]
        expected_version=None,
        reason=reason,
        at=at,
    )
