"""Who holds numbers in a plan: its units and, below each unit, its people."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, TypeVar

from django.db.models import Q, QuerySet

from kpis.values import Holder
from salestargets.kernel.errors import DomainError, NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.compiled import compiled_once
from salestargets.tenancy.models import Assignment, Person, Unit, UnitPlacement
from targets.models import Plan

N = TypeVar("N", int, Decimal, Fraction)


class Node(NamedTuple):
    """A holder in a plan: a unit, or a person while they are in a unit: who moves has a place in each."""

    unit_id: int
    person_id: int | None = None

    @property
    def is_unit(self) -> bool:
        return self.person_id is None

    @property
    def holder(self) -> Holder:
        if self.person_id is None:
            return Holder("unit", self.unit_id)
        return Holder("person", self.person_id, self.unit_id)

    def __str__(self) -> str:
        """As its holder, without making one: of a thousand rows it takes half the time."""
        return f"unit:{self.unit_id}" if self.person_id is None else f"person:{self.person_id}@{self.unit_id}"


class Label(NamedTuple):
    """How a holder is shown. `joined_on`: came after the plan began; `left_on`: the first day they are gone,
    before it ends; `is_stray`: is no longer in its tree.
    """

    name: str
    external_id: str
    joined_on: date | None = None
    left_on: date | None = None
    is_stray: bool = False

    @property
    def last_day(self) -> date | None:
        return self.left_on - timedelta(days=1) if self.left_on else None

    def is_there(self, day: date) -> bool:
        return not self.is_stray and (self.left_on is None or day < self.left_on)


@dataclass(frozen=True)
class PlanTree:
    """Children by parent: units first, then people, each by name."""

    root: Node
    children: Mapping[Node, tuple[Node, ...]]
    labels: Mapping[Node, Label]

    @cached_property
    def parents(self) -> Mapping[Node, Node]:
        return {child: parent for parent, below in self.children.items() for child in below}

    def name(self, node: Node) -> str:
        return self.labels[node].name

    def below(self, node: Node) -> tuple[Node, ...]:
        return self.children.get(node, ())

    def walk(self, start: Node | None = None) -> Iterator[tuple[Node, int]]:
        """Every node from `start` (the root) down with its depth, depth first."""
        waiting = [(start or self.root, 0)]
        while waiting:
            node, depth = waiting.pop()
            yield node, depth
            waiting += [(child, depth + 1) for child in reversed(self.below(node))]

    def find(self, holder: Holder | None) -> Node:
        """The place of a holder; none: the root. Of who has several here it must be said in which unit."""
        found = self._by_holder.get(holder, ()) if holder else (self.root,)
        if not found:
            raise NotFound(N_("There is no such holder in this plan."), code="not_found", field="holder")
        if len(found) > 1:
            raise DomainError(
                N_("They have several places in this plan. Name one: {places}."),
                code="several_places",
                field="holder",
                params={"places": ", ".join(f"{node} – {self.name(node)}" for node in found)},
            )
        return found[0]

    @cached_property
    def _by_holder(self) -> Mapping[Holder, Sequence[Node]]:
        """A person also by themselves: those in the tree before those who are no longer."""
        known: dict[Holder, list[Node]] = {}
        for node, label in self.labels.items():
            known.setdefault(node.holder, []).append(node)
            if node.person_id and not label.is_stray:
                known.setdefault(node.holder.whole, []).append(node)
        for node in self.labels:
            known.setdefault(node.holder.whole, [node])
        return known

    def present(self) -> list[Node]:
        """Everyone who has a place in it now."""
        return [node for node, label in self.labels.items() if not label.is_stray]

    def summed(self, own: Mapping[Node, N]) -> dict[Node, N]:
        """Each node's own value; a unit without one has the sum of those right below it that have any."""
        found = dict(own)
        for node, _depth in reversed(list(self.walk())):
            if node not in found and (below := [found[n] for n in self.below(node) if n in found]):
                found[node] = sum(below[1:], below[0])
        return found

    def with_strays(self, nodes: Iterable[Node]) -> "PlanTree":
        """Holders of numbers who left stay visible: below their unit, even if it left too, else the root."""
        strays = [node for node in nodes if node not in self.labels]
        if not strays:
            return self
        children, labels = dict(self.children), _told_apart({**self.labels, **_stray_labels(strays)})
        above = _open_parents(node.unit_id for node in strays if node.is_unit)
        for node in strays:
            unit = Node(above.get(node.unit_id, 0) if node.is_unit else node.unit_id)
            parent = unit if unit in labels else self.root
            children[parent] = (*children.get(parent, ()), node)
        return replace(self, children=children, labels=labels)


def plan_tree(plan: Plan) -> PlanTree:
    """The tree as the plan begins, with everyone who joins it later. Two queries for any size.

    A unit has one place: the first that it has within the plan's span. A person has one in each unit that
    they are a member of on some day of it.
    """
    children, labels = _units(plan)
    _add_people(plan, children, labels)
    return _in_order(plan, children, _told_apart(labels))


def unit_tree(plan: Plan) -> PlanTree:
    """The same without its people. One query."""
    children, labels = _units(plan)
    return _in_order(plan, children, labels)


def _in_order(plan: Plan, children: Mapping[Node, list[Node]], labels: Mapping[Node, Label]) -> PlanTree:
    ordered = {
        parent: tuple(sorted(below, key=lambda n: (n[1] is not None, labels[n].name, n[1] or n[0])))
        for parent, below in children.items()
        if below
    }
    return PlanTree(Node(plan.root_unit_id), ordered, labels)


Spell = tuple[int, date, date | None]
Member = tuple[date, date | None, int, int, str, str]


def places_of(person_id: int, plans: Collection[Plan]) -> dict[int, list[Node]]:
    """Plan → the places of a person in its tree, the first first. Two queries for any number of plans."""
    spells = _spells_of(person_id) if plans else []
    placed = _placements() if spells else []
    if not spells:
        return {}
    return {
        plan.pk: [Node(unit_id, person_id) for unit_id in _units_of(plan, spells, placed)] for plan in plans
    }


@compiled_once
def _spells_of(person: int) -> QuerySet[Assignment, Spell]:
    members = Assignment.objects.filter(person=person, role=AssignmentRole.MEMBER)
    return members.order_by("starts_on", "id").values_list("unit_id", "starts_on", "ends_on")


@compiled_once
def _placements() -> QuerySet[UnitPlacement, tuple[int, date, date | None, int | None]]:
    rows = UnitPlacement.objects.order_by("starts_on", "id")
    return rows.values_list("unit_id", "starts_on", "ends_on", "parent_id")


def _units_of(
    plan: Plan, spells: Sequence[Spell], placed: Sequence[tuple[int, date, date | None, int | None]]
) -> list[int]:
    """As in `plan_tree`: the units within the span that are below the plan's."""
    above = {
        unit_id: parent_id
        for unit_id, start, end, parent_id in reversed(placed)
        if _overlaps(plan, start, end)
    }
    units = dict.fromkeys(unit_id for unit_id, start, end in spells if _overlaps(plan, start, end))
    return [unit_id for unit_id in units if _is_below(plan.root_unit_id, unit_id, above)]


def _is_below(root_id: int, unit_id: int, above: Mapping[int, int | None]) -> bool:
    at: int | None = unit_id
    for _level in above:  # should units stand in a circle, it ends all the same
        if at is None or at == root_id:
            break
        at = above.get(at)
    return at == root_id


def _overlaps(plan: Plan, starts_on: date, ends_on: date | None) -> bool:
    return starts_on < plan.ends_on and (ends_on is None or ends_on > plan.starts_on)


def _within(starts_on: date, ends_on: date) -> Q:
    """Dated rows that hold on some day of a span."""
    return Q(starts_on__lt=ends_on) & (Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on))


@compiled_once
def _placed_within(
    starts_on: date, ends_on: date
) -> QuerySet[UnitPlacement, tuple[int, int | None, date, str, str]]:
    rows = UnitPlacement.objects.filter(_within(starts_on, ends_on)).order_by("starts_on", "id")
    return rows.values_list("unit_id", "parent_id", "starts_on", "unit__name", "unit__external_id")


@compiled_once
def _members_within(starts_on: date, ends_on: date, units: tuple[int, ...]) -> QuerySet[Assignment, Member]:
    members = Assignment.objects.filter(
        _within(starts_on, ends_on), role=AssignmentRole.MEMBER, unit_id__in=units
    )
    return members.order_by("starts_on", "id").values_list(
        *("starts_on", "ends_on", "unit_id", "person_id", "person__name", "person__external_id")
    )


def _units(plan: Plan) -> tuple[dict[Node, list[Node]], dict[Node, Label]]:
    placed: dict[int, Label] = {}
    below: dict[int | None, list[int]] = {}
    for unit_id, parent_id, starts_on, name, external_id in _placed_within(plan.starts_on, plan.ends_on):
        if unit_id not in placed:
            placed[unit_id] = Label(name, external_id, _joined(plan, starts_on))
            below.setdefault(parent_id, []).append(unit_id)
    if plan.root_unit_id not in placed:
        raise NotFound(N_("The plan's unit does not exist in its span."), code="not_found", field="root_unit")
    children: dict[Node, list[Node]] = {}
    waiting = [plan.root_unit_id]
    for unit_id in waiting:  # grows while it is walked
        children[Node(unit_id)] = [Node(child) for child in below.get(unit_id, ())]
        waiting += below.get(unit_id, ())
    return children, {node: placed[node.unit_id] for node in children}


def _add_people(plan: Plan, children: dict[Node, list[Node]], labels: dict[Node, Label]) -> None:
    """Who is in a unit, leaves it and comes back has been there from the first day to the last."""
    below = {unit.unit_id: people for unit, people in children.items()}
    rows = _members_within(plan.starts_on, plan.ends_on, tuple(below))
    for starts_on, ends_on, unit_id, person_id, name, external_id in rows:
        node = Node(unit_id, person_id)
        left_on = _left(plan, ends_on)
        if node in labels:
            labels[node] = labels[node]._replace(left_on=left_on)
        else:
            below[unit_id].append(node)
            labels[node] = Label(name, external_id, _joined(plan, starts_on), left_on)


def _told_apart(labels: Mapping[Node, Label]) -> dict[Node, Label]:
    """Who has several places is named with the unit of each."""
    times = Counter(node.person_id for node in labels if node.person_id)
    if all(count == 1 for count in times.values()):
        return dict(labels)
    return {
        node: with_unit(label, node, labels) if node.person_id and times[node.person_id] > 1 else label
        for node, label in labels.items()
    }


def with_unit(label: Label, node: Node, labels: Mapping[Node, Label]) -> Label:
    """Named with the unit of the place."""
    unit = labels.get(Node(node.unit_id))
    tail = f" ({unit.name})" if unit else ""
    return label if label.name.endswith(tail) else label._replace(name=label.name + tail)


def _joined(plan: Plan, starts_on: date) -> date | None:
    return starts_on if starts_on > plan.starts_on else None


def _left(plan: Plan, ends_on: date | None) -> date | None:
    return ends_on if ends_on and ends_on < plan.ends_on else None


def _open_parents(unit_ids: Iterable[int]) -> dict[int, int]:
    """The unit above each, as it is from now on: all on one day, so that there is no circle."""
    wanted = list(unit_ids)
    if not wanted:
        return {}
    rows = UnitPlacement.objects.filter(unit__in=wanted, parent__isnull=False, ends_on__isnull=True)
    return {
        unit_id: parent_id for unit_id, parent_id in rows.values_list("unit_id", "parent_id") if parent_id
    }


def _stray_labels(nodes: Iterable[Node]) -> dict[Node, Label]:
    units = Unit.objects.in_bulk({node.unit_id for node in nodes if node.is_unit})
    people = Person.objects.in_bulk({node.person_id for node in nodes if node.person_id})
    holders = {node: people[node.person_id] if node.person_id else units[node.unit_id] for node in nodes}
    return {node: Label(row.name, row.external_id, is_stray=True) for node, row in holders.items()}
