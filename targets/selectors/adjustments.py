"""Requests to change numbers in force: which there are, who may ask, and who may decide."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from salestargets.api.selectors import is_same_hand
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, Sight, actor_of_member, sight_of
from salestargets.tenancy.choices import AssignmentRole, Role, Scope
from salestargets.tenancy.models import Assignment, Membership, Person, UnitClosure
from salestargets.tenancy.models.people import current_on
from targets.frozen import Evidence, Move, Simulation, Who
from targets.models import Adjustment, Plan
from targets.selectors.plans import in_visible_plans, sees
from targets.selectors.rules import approved_numbers, is_beyond_limit, planning_rules
from targets.selectors.trees import Node, PlanTree

_LINKS = ("goal__plan__root_unit", "goal__kpi", "trigger", "requested_by", "decided_by")


@dataclass(frozen=True)
class Seen:
    """An adjustment as far as the actor sees whom it is about; `hidden`: how many others it changes."""

    adjustment: Adjustment
    moves: Sequence[Move]
    hidden: int
    evidence: Evidence
    simulation: Simulation


def adjustments_of(actor: Actor, plan: Plan, on: date) -> list[Adjustment]:
    """Of a plan that the actor sees, the newest first: those about someone in sight, and their own."""
    sight = sight_of(actor, on)
    rows = Adjustment.objects.filter(goal__plan=plan).select_related(*_LINKS).order_by("-id")
    return [row for row in rows if _is_visible(row, actor, sight)]


def get_adjustment(actor: Actor, adjustment_id: int, on: date, *, plan_id: int | None = None) -> Adjustment:
    rows = Adjustment.objects.filter(in_visible_plans(actor, on, "goal__"))
    if plan_id is not None:
        rows = rows.filter(goal__plan=plan_id)
    found = rows.select_related(*_LINKS).filter(pk=adjustment_id).first()
    if found is None or not _is_visible(found, actor, sight_of(actor, on)):
        raise NotFound(N_("There is no such adjustment."), code="not_found")
    return found


def seen(adjustment: Adjustment, sight: Sight) -> Seen:
    """What it says about those in sight; who asked for it sees no more of others than anywhere else."""
    evidence, simulation = cast(Evidence, adjustment.evidence), cast(Simulation, adjustment.simulation)
    moves = [move for move in moves_in(adjustment) if sees(sight, node_of(move))]
    return Seen(
        adjustment=adjustment,
        moves=moves,
        hidden=len(moves_in(adjustment)) - len(moves),
        evidence={
            **evidence,
            "holders": [fact for fact in evidence["holders"] if sees(sight, node_of(fact))],
            "references": evidence["references"] if sight.of_unit(adjustment.goal.plan.root_unit_id) else [],
        },
        simulation={
            "holders": [effect for effect in simulation["holders"] if sees(sight, node_of(effect))],
            "balances": [left for left in simulation["balances"] if sees(sight, node_of(left))],
        },
    )


def moves_in(adjustment: Adjustment) -> list[Move]:
    return cast("list[Move]", adjustment.changes)


def node_of(who: Who) -> Node:
    return Node(who["unit"], who["person"])


def is_own(actor: Actor, node: Node, on: date) -> bool:
    """Whether the actor answers for the number: it is theirs, or that of a unit they lead."""
    if actor.person_id is None:
        return False
    if node.person_id is not None:
        return node.person_id == actor.person_id
    return actor.person_id in managers_of([node.unit_id], on)[node.unit_id]


def managers_of(unit_ids: Collection[int], on: date) -> dict[int, set[int]]:
    """Unit → who manages it on the day."""
    found: dict[int, set[int]] = {unit_id: set() for unit_id in unit_ids}
    rows = Assignment.objects.filter(current_on(on), role=AssignmentRole.MANAGER, unit__in=unit_ids)
    for unit_id, person_id in rows.values_list("unit_id", "person_id"):
        found[unit_id].add(person_id)
    return found


def may_decide(actor: Actor, adjustment: Adjustment, tree: PlanTree, on: date) -> bool:
    """Someone above everyone whose number changes: not who asked, and nobody about their own.

    Within the organisation's limit whoever manages the unit that gives the number; beyond it somebody above
    that unit, or an administrator.
    """
    if not actor.may(Scope.TARGETS_WRITE) or is_same_hand(actor, adjustment.actor):
        return False
    if any(is_own(actor, node_of(move), on) for move in moves_in(adjustment)):
        return False
    return _is_above(actor, _places(adjustment, tree), on)


def decides_above(actor: Actor, adjustment: Adjustment, tree: PlanTree, on: date) -> bool:
    """Whether the actor stands above all who give the numbers: the limit then counts from the new ones."""
    return _is_above(actor, [(unit_id, True) for unit_id, _is_beyond in _places(adjustment, tree)], on)


def _is_above(actor: Actor, places: Iterable[tuple[int, bool]], on: date) -> bool:
    if actor.role in (None, Role.ADMIN):
        return True
    return all(actor.person_id in _above(*place, on=on) for place in places)


def deciders_of(adjustment: Adjustment, tree: PlanTree, on: date) -> tuple[set[int], set[int]]:
    """Whom to ask: the nearest people who may decide, else (second) the users who are administrators."""
    reach = [_above(*place, on=on) for place in _places(adjustment, tree)]
    able = set.intersection(*(set(people) for people in reach)) - _concerned(moves_in(adjustment), on)
    able -= set(_people_of(adjustment.requested_by_id))
    if able:
        nearest = min(reach[0][person] for person in able)
        return {person for person in able if reach[0][person] == nearest}, set()
    admins = Membership.objects.filter(role=Role.ADMIN).values_list("user_id", flat=True)
    return set(), set(admins) - {adjustment.requested_by_id}


def followers_of(adjustment: Adjustment, on: date) -> set[int]:
    """Persons who answer for the plan: who lead its unit, and who owns the goal, as far as they see it."""
    plan, owner = adjustment.goal.plan, adjustment.goal.owner
    found = set(managers_of([plan.root_unit_id], on)[plan.root_unit_id])
    actor = actor_of_member(plan.organisation, owner.user) if owner and owner.user else None
    if owner and actor and _is_visible(adjustment, actor, sight_of(actor, on)):
        found.add(owner.pk)
    return found


def holders_of(moves: Iterable[Move], on: date) -> dict[int, list[Move]]:
    """Person → the moves of their own number, or of the units they lead."""
    found: dict[int, list[Move]] = {}
    listed = list(moves)
    leads = managers_of({move["unit"] for move in listed if move["person"] is None}, on)
    for move in listed:
        for person_id in leads[move["unit"]] if move["person"] is None else [move["person"]]:
            found.setdefault(person_id, []).append(move)
    return found


def _is_visible(adjustment: Adjustment, actor: Actor, sight: Sight) -> bool:
    if adjustment.actor == actor.id:
        return True
    return any(sees(sight, node_of(move)) for move in moves_in(adjustment))


def _places(adjustment: Adjustment, tree: PlanTree) -> list[tuple[int, bool]]:
    """The units that give the numbers, and whether it takes somebody above them: in however many steps."""
    nodes = [node_of(move) for move in moves_in(adjustment)]
    rules, approved = planning_rules(), approved_numbers(adjustment.goal, nodes)
    places = (
        (
            tree.parents.get(node_of(move), tree.root).unit_id,
            is_beyond_limit(rules, approved.get(node_of(move), 0), move["after"]),
        )
        for move in moves_in(adjustment)
    )
    return list(dict.fromkeys(places))


def _above(unit_id: int, is_beyond: bool, *, on: date) -> dict[int, int]:
    """Who manages the unit (not where it takes more) or one above it → how far above."""
    closure = UnitClosure.objects.filter(
        current_on(on), descendant_id=unit_id, depth__gte=1 if is_beyond else 0
    )
    depths = dict(closure.values_list("ancestor_id", "depth"))
    found: dict[int, int] = {}
    for above_id, people in managers_of(depths, on).items():
        for person_id in people:
            found[person_id] = min(depths[above_id], found.get(person_id, depths[above_id]))
    return found


def _concerned(moves: Sequence[Move], on: date) -> set[int]:
    return set(holders_of(moves, on))


def _people_of(user_id: int | None) -> Iterable[int]:
    return Person.objects.filter(user_id=user_id).values_list("pk", flat=True) if user_id else ()
