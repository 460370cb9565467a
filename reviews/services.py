"""Hold a review: freeze the numbers, write down what they mean."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from kpis.values import Holder
from reviews.models import Review
from salestargets.kernel.errors import Conflict, DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.selectors import get_unit
from salestargets.tenancy.services.versions import lock, save_changes
from targets.amounts import from_stored
from targets.choices import IN_FORCE
from targets.models import Goal, Plan
from targets.selectors.plans import goals_of
from targets.selectors.rows import ProgressRow, progress

LONGEST = 10_000


@transaction.atomic
def hold_review(
    actor: Actor, *, plan: Plan, unit_id: int, as_of: date, conclusions: str = "", at: datetime
) -> Review:
    """Freeze a unit and those right below it as they stood at the start of `as_of`. Once a unit and day."""
    actor.require(Scope.TARGETS_WRITE)
    today = actor.organisation.today(at)
    unit = get_unit(actor, unit_id, today)
    _check(plan, as_of, today)
    try:
        with transaction.atomic():
            return Review.objects.create(
                plan=plan,
                unit=unit,
                as_of=as_of,
                snapshot=list(_snapshot(actor, plan, Holder("unit", unit.pk), as_of, at)),
                conclusions=clean_text(conclusions, max_length=LONGEST, multiline=True),
                held_at=at,
                held_by=actor.user,
            )
    except IntegrityError as error:
        raise Conflict(
            N_("This unit's numbers of this day are frozen already. Open that review."),
            code="exists",
            field="as_of",
        ) from error


def conclude(actor: Actor, *, review: Review, conclusions: str, expected_version: int | None) -> Review:
    """Write the conclusions again. The numbers stay what they were."""
    actor.require(Scope.TARGETS_WRITE)
    review = lock(review, expected_version=expected_version)
    save_changes(review, {"conclusions": clean_text(conclusions, max_length=LONGEST, multiline=True)})
    return review


def _check(plan: Plan, as_of: date, today: date) -> None:
    if plan.state not in IN_FORCE:
        raise DomainError(N_("Publish the plan first: a draft is not followed."), code="draft", field="plan")
    if not plan.starts_on < as_of <= min(today, plan.ends_on):
        raise DomainError(
            N_("Choose a day within the plan and not after today."), code="out_of_range", field="as_of"
        )


def _snapshot(
    actor: Actor, plan: Plan, holder: Holder, as_of: date, at: datetime
) -> Iterator[dict[str, Any]]:
    for goal in goals_of([plan])[plan.pk]:
        for row in progress(actor, goal, holder=holder, as_of=as_of, at=at):
            if row.place.depth <= 1:
                yield _frozen(goal, row, actor.organisation.currency)


def _frozen(goal: Goal, row: ProgressRow, currency: str) -> dict[str, Any]:
    standing = row.standing
    amounts = {name: getattr(standing, name) for name in ("target", "actual", "expected", "gap", "forecast")}
    return {
        "goal": goal.pk,
        "kpi": goal.kpi.key,
        "holder": str(row.place.node),
        "name": row.place.label.name,
        "depth": row.place.depth,
        "status": str(standing.status),
        "attainment": _text(standing.attainment),
        "pace": _text(standing.pace),
        **{name: _text(from_stored(value, goal.kpi, currency)) for name, value in amounts.items()},
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
