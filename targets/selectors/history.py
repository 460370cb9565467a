"""How a number came to be: its versions, and the split or the hand it came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from salestargets.accounts.models import User
from salestargets.audit.selectors import event_models
from salestargets.tenancy.access import Sight
from targets.choices import ChangeKind, Ramp, SplitMethod
from targets.models import Change, Split, Target, TargetVersion
from targets.selectors.trees import Node


@dataclass(frozen=True, slots=True)
class Version:
    """A number as it was agreed: in force from a day, written at a moment. Who: None for an integration."""

    number: int
    given: int
    months: Sequence[int] | None
    effective_on: date
    recorded_at: datetime
    recorded_by: str | None
    reason: str
    kind: ChangeKind
    split_id: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """Someone among whom a unit's number was divided; `holder` as the API writes it."""

    holder: str
    name: str
    history: int | None
    weight: Decimal
    share: Decimal | None
    computed: int | None
    amount: int
    is_held: bool
    full: int | None
    floor: int | None
    cap: int | None
    ramp: Decimal | None
    bucket: str
    is_bounded: bool


@dataclass(frozen=True, slots=True)
class Making:
    """How a unit's number was divided: from what, how, by which weights, by whom, when.

    `shares` are those of holders in sight; `children` and `weight_total` tell of all, so that a share can be
    understood without showing everyone's number. `unramped` was left by new hires, `padded` added at the end.
    """

    unit_id: int
    unit: str
    amount: int
    method: SplitMethod
    history_from: date | None
    history_to: date | None
    children: int
    weight_total: Decimal
    ramp: Ramp
    unramped: int
    padded: int
    shares: Sequence[Share]
    made_at: datetime
    made_by: str | None

    @property
    def history_last(self) -> date | None:
        """For people, who say “to 30 June”."""
        return self.history_to and self.history_to - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Origin:
    """`making` is the split the number came from; None where it was set by hand, for `reason`.

    `computed` is what that split gave: another number now is an override.
    """

    target_id: int
    given: int | None
    computed: int | None
    kind: ChangeKind
    reason: str
    changed_at: datetime
    changed_by: str | None
    making: Making | None

    @property
    def is_override(self) -> bool:
        return self.computed is not None and self.computed != self.given


def versions_of(target: Target, as_of: date | None = None) -> list[Version]:
    """The newest first; with a day, those in force on it or before."""
    rows = TargetVersion.objects.filter(target=target).select_related("change__by").order_by("-number")
    if as_of is not None:
        rows = rows.filter(effective_on__lte=as_of)
    return [
        Version(
            number=row.number,
            given=row.amount,
            months=row.months,
            effective_on=row.effective_on,
            recorded_at=row.recorded_at,
            recorded_by=_name(row.change.by),
            reason=row.change.reason,
            kind=ChangeKind(row.change.kind),
            split_id=row.split_id,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """A change of a number: what it was from then on, and what was asked for beside it."""

    kind: ChangeKind
    at: datetime
    by: str | None
    reason: str
    details: Mapping[str, Any]
    amount: int | None
    months: Sequence[int] | None
    is_held: bool


def steps_of(target: Target) -> list[Step]:
    """Every change of a number since it was made, drafts included, the newest first. Three queries.

    What was taken back is not told: the number is what it was before.
    """
    events = event_models()["target"].objects.filter(pgh_obj_id=target.pk, pgh_label="update")  # type: ignore[attr-defined]
    states = [*events.filter(organisation=target.organisation_id).order_by("pgh_id"), target]
    last = {state.change_id: state for state in states}
    undone = set(Change.objects.filter(undoes__in=last).values_list("undoes", flat=True))
    stands = [change_id for change_id in last if change_id not in undone]
    changes = Change.objects.select_related("by").in_bulk(stands)
    return [_step(changes[change_id], last[change_id]) for change_id in sorted(stands, reverse=True)]


def _step(change: Change, state: Any) -> Step:
    """`state`: the row, or an event of it, as the change left it."""
    is_agreed = state.agreed is not None
    return Step(
        kind=ChangeKind(change.kind),
        at=change.at,
        by=_name(change.by),
        reason=change.reason,
        details=change.details,
        amount=state.agreed if is_agreed else state.given,
        months=state.agreed_months if is_agreed else state.months,
        is_held=state.is_held,
    )


def origin_of(target_id: int, sight: Sight) -> Origin:
    """One query. The holder's own share is always among those shown."""
    links = ("change__by", "split__unit", "split__change__by")
    target = Target.objects.select_related(*links).get(pk=target_id)
    own = str(Node(target.unit_id, target.person_id))
    return Origin(
        target_id=target.pk,
        given=target.given if target.agreed is None else target.agreed,
        computed=target.computed,
        kind=ChangeKind(target.change.kind),
        reason=target.change.reason,
        changed_at=target.change.at,
        changed_by=_name(target.change.by),
        making=_making(target.split, own, sight) if target.split else None,
    )


def own_share(origin: Origin, target: Target) -> Share | None:
    """The share that a target's own holder got."""
    own = str(Node(target.unit_id, target.person_id))
    shares = origin.making.shares if origin.making else ()
    return next((share for share in shares if share.holder == own), None)


def _making(split: Split, own: str, sight: Sight) -> Making:
    shares = _shares(split)
    is_open = sight.of_unit(split.unit_id)
    history = split.inputs["history"] or {}
    return Making(
        unit_id=split.unit_id,
        unit=split.unit.name,
        amount=split.inputs["amount"],
        method=SplitMethod(split.method),
        history_from=_day(history.get("from")),
        history_to=_day(history.get("to")),
        children=len(shares),
        weight_total=sum((share.weight for share in shares), Decimal(0)),
        ramp=Ramp(split.inputs.get("ramp", Ramp.NONE)),
        unramped=split.inputs.get("unramped", 0),
        padded=split.inputs.get("padded", 0),
        shares=[share for share in shares if is_open or share.holder == own],
        made_at=split.change.at,
        made_by=_name(split.change.by),
    )


def _shares(split: Split) -> list[Share]:
    children: dict[str, dict[str, Any]] = {child["holder"]: child for child in split.inputs["children"]}
    return [_share(children[part["holder"]], part) for part in split.result]


def _share(child: Mapping[str, Any], part: Mapping[str, Any]) -> Share:
    """What went in for someone, and what came out."""
    return Share(
        holder=part["holder"],
        name=child["name"],
        history=child["history"],
        weight=Decimal(part["weight"]),
        share=_decimal(part["share"]),
        computed=part["computed"],
        amount=part["amount"],
        is_held=part["is_held"],
        full=part.get("full"),
        floor=child.get("floor"),
        cap=child.get("cap"),
        ramp=_decimal(child.get("ramp")),
        bucket=child.get("bucket", ""),
        is_bounded=part.get("is_bounded", False),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _name(user: User | None) -> str | None:
    return str(user) if user else None
