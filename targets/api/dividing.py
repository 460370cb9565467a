"""How a number is asked to be divided, among holders, among product groups or over months; and the answer."""

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypedDict, TypeVar

from django.utils.translation import gettext

from salestargets.api.inputs import BOOLEAN, DATE, Field, Reader, Values, choice, decimal, list_of, object_of
from salestargets.api.views import TenantView
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_, Message
from salestargets.kernel.periods import Period
from salestargets.tenancy.services.versions import check_version
from targets.amounts import to_stored
from targets.api.rows import AMOUNT, EFFECTIVE_ON, REASON, Amounts
from targets.choices import CHOSEN, SplitMethod
from targets.models import Goal
from targets.selectors.plans import get_goal

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

MOST = 10_000
WEIGHT: Reader[Decimal] = decimal(max_digits=15, decimal_places=6)
OWN_WEIGHT, OWN_AMOUNT = Field("weight", WEIGHT), Field("amount", AMOUNT)
FROM, TO = Field("from", DATE), Field("to", DATE, "The day after the last.")

METHOD = Field("method", choice(SplitMethod, CHOSEN), "Where the weights come from.")
HISTORY = Field(
    "history", object_of(FROM, TO), "The span whose actuals count; by default the twelve months before."
).optional()
PREVIEW = Field("preview", BOOLEAN, "True: only show what it would do.").otherwise(True)
BECAUSE = (PREVIEW, REASON, EFFECTIVE_ON)


class DividedRow(TypedDict):
    """`is_applied` false: nothing was written. `version` is the goal's."""

    is_applied: bool
    goal: int
    version: int
    amount: Decimal | None
    method: str
    history_from: date | None
    history_to: date | None
    warnings: list[str]


class PartRow(TypedDict):
    """One of those among whom it is divided."""

    before: Decimal | None
    after: Decimal | None
    weight: Decimal | None
    share: Decimal | None
    is_held: bool
    is_bounded: bool


class Divided(Protocol):
    @property
    def amount(self) -> int: ...
    @property
    def method(self) -> SplitMethod: ...
    @property
    def history(self) -> Period | None: ...
    @property
    def warnings(self) -> Sequence[Message]: ...


def weights_of(key: Field[Any]) -> Field[list[Values] | None]:
    """Own weights, each by its key: a holder or a group."""
    return Field("weights", list_of(object_of(key, OWN_WEIGHT), at_most=MOST), "For own weights.").optional()


def amounts_of(key: Field[Any], name: str, words: str) -> Field[list[Values] | None]:
    return Field(name, list_of(object_of(key, OWN_AMOUNT), at_most=MOST), words).optional()


def weights(view: TenantView, field: Field[list[Values] | None], key: Field[K]) -> dict[K, Decimal]:
    return {row[key]: row[OWN_WEIGHT] for row in _rows(view, field, key)}


def amounts(view: TenantView, field: Field[list[Values] | None], key: Field[K], goal: Goal) -> dict[K, int]:
    """As they are stored."""
    return {row[key]: stored(view, row[OWN_AMOUNT], goal, field.name) for row in _rows(view, field, key)}


def stored(view: TenantView, amount: Decimal, goal: Goal, field: str) -> int:
    return to_stored(amount, goal.kpi, view.actor.organisation.currency, field=field)


def period(view: TenantView) -> Period | None:
    sent = view.body[HISTORY]
    return Period(sent[FROM], sent[TO]) if sent else None


def divide(
    view: TenantView, goal: Goal, request: Any, *, preview: Callable[..., T], apply: Callable[..., T]
) -> T:
    """What `request` would do, or does: both services are called alike. If-Match is the goal's version."""
    if view.body[PREVIEW]:
        check_version(goal.version, view.version)
        return preview(view.actor, goal=goal, request=request, at=view.at)
    return apply(
        view.actor,
        goal=goal,
        request=request,
        expected_version=view.version,
        reason=view.body[REASON],
        effective_on=view.body[EFFECTIVE_ON],
        at=view.at,
    )


def divided_row(view: TenantView, goal: Goal, found: Divided) -> DividedRow:
    history = found.history
    return {
        "is_applied": not view.body[PREVIEW],
        "goal": goal.pk,
        "version": get_goal(view.actor, goal.pk, view.today).version,
        "amount": Amounts(goal, view.actor)(found.amount),
        "method": found.method,
        "history_from": history.start if history else None,
        "history_to": history.end if history else None,
        "warnings": [message.render(gettext) for message in found.warnings],
    }


def _rows(view: TenantView, field: Field[list[Values] | None], key: Field[K]) -> Sequence[Values]:
    rows = view.body[field] or []
    if len({row[key] for row in rows}) < len(rows):
        raise DomainError(N_("Name each of them once."), code="repeated", field=field.name)
    return rows
