"""What goes into a split: what was asked for, among whom, and what is known of each of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from kpis.values import Holder
from salestargets.kernel.apportion import Weight
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_, Message
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.models import Organisation
from targets.choices import Ramp, SplitMethod
from targets.domain.splitting import Bucket, Child
from targets.selectors.periods import twelve_months_before
from targets.selectors.ramps import ramps_of
from targets.selectors.sheets import Sheet
from targets.selectors.trees import Node
from targets.selectors.weighing import weights_known
from targets.services.numbers import check_amount

V = TypeVar("V")
#: They ramp by themselves, or were meant as they were entered.
_UNRAMPED = (SplitMethod.CAPACITY, SplitMethod.FIXED)
_MOST_NAMES = 10


@dataclass(frozen=True)
class BucketRequest:
    """A group among those right below: a `fixed` amount first, or its part by `weight`, or by its members."""

    name: str
    members: Sequence[Holder]
    weight: Decimal | None = None
    fixed: int | None = None


@dataclass(frozen=True)
class SplitRequest:
    """How a unit's number is to be divided; no holder: the plan's unit. `recursive`: down to the people.

    `weights`, fixed `amounts`, `holds`, `floors` and `caps` are by holder; what is held already stays so.
    `buckets` divide the unit's own level. `ramp` tells what becomes of what new hires do not carry yet.
    `padding` is in percent, one for each level from the top, the last one for all below it. `history`: the
    span whose actuals are the weights; by default the twelve months before the plan.
    """

    holder: Holder | None
    method: str
    recursive: bool = False
    weights: Mapping[Holder, Decimal] = field(default_factory=dict)
    amounts: Mapping[Holder, int] = field(default_factory=dict)
    holds: Mapping[Holder, int] = field(default_factory=dict)
    floors: Mapping[Holder, int] = field(default_factory=dict)
    caps: Mapping[Holder, int] = field(default_factory=dict)
    buckets: Sequence[BucketRequest] = ()
    ramp: str = Ramp.NONE
    padding: Sequence[Decimal] = ()
    history: Period | None = None
    group: str = ""


@dataclass(frozen=True)
class Task:
    """A request about a unit of a sheet, on a day of an organisation."""

    sheet: Sheet
    unit: Node
    request: SplitRequest
    organisation: Organisation
    today: date

    @cached_property
    def parents(self) -> Mapping[Node, int]:
        """The units that are divided, each with its depth below the first."""
        walked = [(node, depth) for node, depth in self.sheet.tree.walk(self.unit) if node.is_unit]
        return dict(walked if self.request.recursive else walked[:1])

    @cached_property
    def nodes(self) -> Sequence[Node]:
        """Everyone who gets a part."""
        return [child for parent in self.parents for child in self.sheet.tree.below(parent)]

    @cached_property
    def history(self) -> Period | None:
        if self.request.method != SplitMethod.HISTORY:
            return None
        return self.request.history or twelve_months_before(self.sheet.goal.plan.starts_on)

    @cached_property
    def ramps(self) -> Mapping[Node, Fraction]:
        """The people who carry less than a full number."""
        people = [node for node in self.nodes if node.person_id]
        if self.request.method in _UNRAMPED or not people:
            return {}
        found = ramps_of(self.sheet.goal.plan, self.sheet.tree, people, self.organisation)
        return {node: share for node, share in found.items() if share < 1}

    def children(self) -> dict[Node, list[Child[Node]]]:
        basis, holds, groups = self._basis(), self._holds(), self._groups()
        floors, caps = self._amounts("floors"), self._amounts("caps")
        ramps = {} if self.request.ramp == Ramp.NONE else self.ramps

        def child(node: Node) -> Child[Node]:
            return Child(
                key=node,
                name=self.sheet.tree.name(node),
                basis=basis.get(node),
                hold=holds.get(node),
                floor=floors.get(node),
                cap=caps.get(node),
                ramp=ramps.get(node),
                group=groups.get(node, ""),
            )

        return {parent: [child(node) for node in self.sheet.tree.below(parent)] for parent in self.parents}

    def paddings(self) -> dict[Node, Fraction]:
        shares = [Fraction(percent) / 100 for percent in self.request.padding]
        if not shares:
            return {}
        return {parent: shares[min(depth, len(shares) - 1)] for parent, depth in self.parents.items()}

    def buckets(self) -> dict[Node, list[Bucket]]:
        """Of the unit's own level."""
        return {self.unit: [Bucket(each.name, each.weight, each.fixed) for each in self.request.buckets]}

    def warnings(self) -> Iterator[Message]:
        if self.ramps and self.request.ramp == Ramp.NONE:
            yield Message(
                N_(
                    "They carry less in this plan, being new, moving or leaving,"
                    " but get a full number: {names}."
                ),
                {"names": _names(self.sheet, self.ramps)},
            )

    def _basis(self) -> Mapping[Node, Weight]:
        weights, amounts = self._by_node("weights", self.request.weights), self._amounts("amounts")
        if self.request.method == SplitMethod.WEIGHTS:
            return self._summed(weights)
        if self.request.method == SplitMethod.FIXED:
            return self._summed(amounts)
        return weights_known(
            self.sheet,
            self.request.method,
            self.nodes,
            history=self.history,
            organisation=self.organisation,
            on=self.today,
        )

    def _summed(self, entered: dict[Node, Any]) -> Mapping[Node, Any]:
        """As they were given; a unit without its own has as much as those below it."""
        return self.sheet.tree.summed(entered) if self.request.recursive else entered

    def _holds(self) -> dict[Node, int]:
        """Who left the tree keeps what they have: a change of the tree never takes a number away."""
        labels = self.sheet.tree.labels
        stays = [node for node in self.nodes if self.sheet.is_held(node) or labels[node].is_stray]
        return {node: self.sheet.given(node) or 0 for node in stays} | self._amounts("holds")

    def _amounts(self, name: str) -> dict[Node, int]:
        asked: Mapping[Holder, int] = getattr(self.request, name)
        return {node: check_amount(amount) for node, amount in self._by_node(name, asked).items()}

    def _groups(self) -> dict[Node, str]:
        buckets = self.request.buckets
        if buckets and self.request.method == SplitMethod.FIXED:
            raise DomainError(
                N_("Fixed amounts are given one by one. Leave the groups out, or choose another method."),
                code="fixed_in_groups",
                field="buckets",
            )
        named = [holder for bucket in buckets for holder in bucket.members]
        if len(set(named)) < len(named):
            raise DomainError(N_("Put everyone in one group only."), code="repeated", field="buckets")
        members = {holder: bucket.name for bucket in buckets for holder in bucket.members}
        return self._by_node("buckets", members, among=self.sheet.tree.below(self.unit))

    def _by_node(
        self, name: str, given: Mapping[Holder, V], *, among: Sequence[Node] | None = None
    ) -> dict[Node, V]:
        found = {self.sheet.tree.find(holder): value for holder, value in given.items()}
        if not found.keys() <= set(self.nodes if among is None else among):
            raise DomainError(
                N_("Name only those among whom the number is divided."), code="not_below", field=name
            )
        return found


def _names(sheet: Sheet, nodes: Mapping[Node, Any]) -> str:
    names = [sheet.tree.name(node) for node in nodes]
    return ", ".join(names[:_MOST_NAMES]) + (" …" if len(names) > _MOST_NAMES else "")
