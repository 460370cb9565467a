"""A goal by product group: its groups, what each is to bring and has brought, and whether the mix is met."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from kpis.selectors import Bucket, series
from kpis.values import Holder
from pipeline.models import Product
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction, ratio
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.compiled import compiled_once
from targets.domain.products import MixResult, MixRule, mix_met
from targets.domain.splitting import Balance, balance
from targets.models import Goal, ProductShare, Target
from targets.selectors.in_force import sheet_on
from targets.selectors.periods import span_of
from targets.selectors.plans import sees
from targets.selectors.sheets import Sheet, sheet_of, sheets_of
from targets.selectors.trees import Node, PlanTree

#: What belongs to no product, or to a product of no group; and, of numbers, all groups together.
NO_GROUP = ALL = ""


@dataclass(frozen=True, slots=True)
class MixLine:
    """A product group of a holder. `needed` is its minimum by now, `short` what is missing of it.

    None: no number yet; of `actual`, not known; of `needed` and `short`, no minimum here.
    """

    group: str
    rule: ProductShare | None
    target: int | None
    actual: int
    share: Fraction | None
    needed: int | None
    short: int | None

    @property
    def min_share(self) -> Fraction | None:
        return share_of(self.rule) if self.rule else None


@dataclass(frozen=True)
class Mix:
    """A holder's product groups beside their total. `is_met`: the total is reached, and every minimum kept.

    `balance` compares the total with its groups: only at the plan's unit may they differ. The last line,
    where there is one, is what was sold of no group of the goal.
    """

    node: Node
    name: str
    target: int | None
    actual: int
    short: int | None
    is_met: bool | None
    balance: Balance
    lines: Sequence[MixLine]

    @property
    def has_groups(self) -> bool:
        return any(line.rule for line in self.lines)


def shares_of(goal: Goal) -> list[ProductShare]:
    """The goal's product groups with their minimums, in order."""
    return _shares(goal.pk)


@compiled_once
def _shares(goal: int) -> QuerySet[ProductShare]:
    return ProductShare.objects.filter(goal=goal).order_by("position", "group")


def groups_of(goal: Goal) -> list[str]:
    return [share.group for share in shares_of(goal)]


def known_groups() -> list[str]:
    """The groups that products of the organisation have."""
    return list(
        Product.objects.exclude(group="").order_by("group").values_list("group", flat=True).distinct()
    )


def check_group(goal: Goal, group: str) -> str:
    """A group of this goal, or all of them."""
    if group and group not in groups_of(goal):
        raise NotFound(N_("The goal has no such product group."), code="not_found", field="group")
    return group


def are_sums(sheet: Sheet) -> Callable[[Node], bool]:
    """Whose number of this sheet is the sum of their product groups, which are set instead of it."""
    return (lambda node: node != sheet.tree.root) if is_summed(sheet) else (lambda _node: False)


def is_summed(sheet: Sheet) -> bool:
    """Whether that is so of everyone but the plan's unit."""
    return sheet.group == ALL and is_by_group(sheet.goal)


def check_not_sum(sheet: Sheet, nodes: Iterable[Node]) -> None:
    """DomainError where one of these numbers is the sum of its product groups."""
    is_sum = are_sums(sheet)
    if node := next(filter(is_sum, nodes), None):
        raise sum_of_groups(sheet.tree.name(node))


def sum_of_groups(name: str) -> DomainError:
    return DomainError(
        N_("The number of “{name}” is the sum of its product groups. Change those instead."),
        code="sum_of_groups",
        field="amount",
        params={"name": name},
    )


def is_by_group(goal: Goal) -> bool:
    """Whether the plan's unit has numbers by product group."""
    return bool(_first_by_group(goal.pk, goal.plan.root_unit_id))


@compiled_once
def _first_by_group(goal: int, root: int) -> QuerySet[Target, int]:
    rows = Target.objects.filter(goal=goal, unit=root, person=None).exclude(group=ALL)
    given = rows.filter(Q(given__isnull=False) | Q(agreed__isnull=False))
    return given.values_list("pk", flat=True)[:1]


def sold_by_group(
    goal: Goal, holders: Collection[Holder], span: Period, *, on: date, as_of: date | None = None
) -> dict[Holder, Mapping[str, int]]:
    """What the records of a span say of every holder, by product group; from the records themselves."""
    found = series(holders, goal.kpi, span, by="product", on=on, as_of=as_of)
    groups: dict[Bucket, str] = dict(Product.objects.values_list("id", "group"))
    sold: dict[Holder, defaultdict[str, int]] = {holder: defaultdict(int) for holder in found}
    for holder, products in found.items():
        for product, value in products.items():
            sold[holder][groups.get(product, NO_GROUP)] += value.numerator
    return {**sold}


def mix_of(
    actor: Actor, goal: Goal, holder: Holder | None = None, *, as_of: date | None = None, at: datetime
) -> Mix:
    """Where a holder stands with every product group. Without a holder: the plan's unit."""
    on = actor.organisation.today(at)
    tree = sheet_of(goal).tree
    node = tree.find(holder)
    if not sees(sight_of(actor, on), node):
        raise NotFound(N_("There is no such holder in this plan."), code="not_found", field="holder")
    return mixes_of(goal, [node], on=on, as_of=as_of, tree=tree)[node]


def mixes_of(
    goal: Goal,
    nodes: Collection[Node],
    *,
    on: date,
    as_of: date | None = None,
    tree: PlanTree | None = None,
) -> dict[Node, Mix]:
    """The same for many, in as many queries."""
    shares = shares_of(goal)
    units = {node.unit_id for node in nodes}
    groups = [ALL, *(share.group for share in shares)]
    newest = sheets_of(goal, groups, tree, within=units)
    sheets = {group: sheet_on(sheet, as_of or on) for group, sheet in newest.items()}
    holders = [node.holder for node in nodes]
    sold = sold_by_group(goal, holders, span_of(goal.plan), on=on, as_of=as_of)
    root = Node(goal.plan.root_unit_id)
    return {
        node: _mix(
            node,
            sheets[ALL].tree.name(node),
            shares,
            {group: sheet.given(node) for group, sheet in sheets.items()},
            sold[node.holder],
            is_root=node == root,
        )
        for node in nodes
    }


def _mix(
    node: Node,
    name: str,
    shares: Sequence[ProductShare],
    targets: Mapping[str, int | None],
    sold: Mapping[str, int],
    *,
    is_root: bool,
) -> Mix:
    actual = sum(sold.values())
    by_group = {share.group: sold.get(share.group, 0) for share in shares}
    found = mix_met(targets[ALL], actual, _rules(shares, is_root=is_root), by_group)
    rest = actual - sum(by_group.values())
    lines = [_line(share, targets[share.group], by_group[share.group], actual, found) for share in shares]
    if rest:
        lines.append(MixLine(NO_GROUP, None, None, rest, ratio(rest, actual), None, None))
    return Mix(
        node=node,
        name=name,
        target=targets[ALL],
        actual=actual,
        short=found.short,
        is_met=found.is_met,
        balance=balance(targets[ALL] or 0, (targets[share.group] or 0 for share in shares)),
        lines=lines,
    )


def _rules(shares: Sequence[ProductShare], *, is_root: bool) -> list[MixRule[str]]:
    """A share is everyone's; an amount is that of the whole plan."""
    return [
        MixRule(share.group, share_of(share), share.min_amount if is_root else None)
        for share in shares
        if share.min_share_bp is not None or (is_root and share.min_amount is not None)
    ]


def share_of(share: ProductShare) -> Fraction | None:
    return None if share.min_share_bp is None else Fraction(share.min_share_bp, 10_000)


def _line(share: ProductShare, target: int | None, actual: int, total: int, found: MixResult[str]) -> MixLine:
    rule = next((line for line in found.lines if line.key == share.group), None)
    return MixLine(
        group=share.group,
        rule=share,
        target=target,
        actual=actual,
        share=ratio(actual, total),
        needed=rule.needed if rule else None,
        short=rule.short if rule else None,
    )
