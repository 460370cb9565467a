"""Product groups of a goal: which there are, and the least each must bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.services.versions import save_changes
from targets.choices import MAKING
from targets.models import Goal, ProductShare, Target
from targets.selectors.products import known_groups, shares_of
from targets.services.levels import check_adds_up
from targets.services.numbers import check_amount, lock_goal
from targets.services.plans import check_may_lead

MOST = 100
WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A product group, and the least it must bring: a share of all, or an amount, or nothing."""

    group: str
    min_share_bp: int | None = None
    min_amount: int | None = None


@transaction.atomic
def set_product_groups(
    actor: Actor, *, goal: Goal, rules: Sequence[GroupRule], expected_version: int | None = None, at: datetime
) -> Goal:
    """The goal's groups, in this order, in place of those it had; none: it is planned in total again.

    A group that has numbers is not taken away alone; where all are, numbers by group go and totals stay.
    """
    check_may_lead(actor, goal.plan.root_unit_id, at=at)
    goal = lock_goal(goal, expected_version=expected_version)
    check_adds_up(goal.kpi)
    if goal.plan.state not in MAKING:
        raise DomainError(
            N_("The plan is published; product groups are chosen before."), code="plan_published"
        )
    had = {share.group: share for share in shares_of(goal)}
    _check_rules(goal, rules, had)
    _drop(goal, had.keys() - {rule.group for rule in rules}, is_all=not rules)
    for position, rule in enumerate(rules):
        _save(had.get(rule.group) or ProductShare(goal=goal, group=rule.group), rule, position)
    goal.version += 1
    goal.save(update_fields=["version"])
    return goal


def least_of(share: ProductShare | GroupRule, amount: int) -> int | None:
    """The minimum as an amount of this total; None where it has none."""
    if share.min_share_bp is None:
        return share.min_amount
    return -(-amount * share.min_share_bp // WHOLE_BP)


def _check_rules(goal: Goal, rules: Sequence[GroupRule], had: Mapping[str, ProductShare]) -> None:
    names = [rule.group for rule in rules]
    if len(names) > MOST or len(set(names)) < len(names):
        raise DomainError(
            N_("Name each product group once, {count} at most."),
            code="groups_repeat",
            field="groups",
            params={"count": MOST},
        )
    if unknown := sorted(set(names) - {*had, *known_groups()}):
        raise DomainError(
            N_("No product has this group: {names}. Give products their groups first."),
            code="unknown_group",
            field="groups",
            params={"names": ", ".join(unknown)},
        )
    for rule in rules:
        if rule.min_share_bp is not None and rule.min_amount is not None:
            raise DomainError(
                N_("Give “{name}” a minimum share or a minimum amount, not both."),
                code="two_minimums",
                field="groups",
                params={"name": rule.group},
            )
        check_amount(rule.min_amount or 0)
    shares = [rule.min_share_bp or 0 for rule in rules]
    if min(shares, default=0) < 0 or sum(shares) > WHOLE_BP:
        raise DomainError(
            N_("The minimum shares are more than 100 % together. Lower one."),
            code="shares_exceed_whole",
            field="groups",
        )
    if sum(least_of(rule, goal.amount) or 0 for rule in rules) > goal.amount:
        raise DomainError(
            N_("The minimums are more than the goal's amount. Lower one."),
            code="minimums_exceed_total",
            field="groups",
        )


def _save(share: ProductShare, rule: GroupRule, position: int) -> None:
    values = {"min_share_bp": rule.min_share_bp, "min_amount": rule.min_amount, "position": position}
    if share._state.adding:
        ProductShare.objects.create(goal=share.goal, group=share.group, **values)
    else:
        save_changes(share, values)


def _drop(goal: Goal, groups: set[str], *, is_all: bool) -> None:
    rows = Target.objects.filter(goal=goal, group__in=groups)
    numbered = rows.exclude(given=0).exclude(given=None)
    if not is_all and (found := numbered.order_by("group").values_list("group", flat=True).first()):
        raise DomainError(
            N_("“{name}” has numbers. Divide the goal so that it gets 0, then take it away."),
            code="group_has_numbers",
            field="groups",
            params={"name": found},
        )
    rows.delete()
    ProductShare.objects.filter(goal=goal, group__in=groups).delete()
