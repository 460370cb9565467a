"""Whose turn it is: who manages a unit of a plan, else the nearest one above, else the administrators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment, UnitClosure
from salestargets.tenancy.models.people import current_on
from targets.selectors.trees import Node, PlanTree


@dataclass(frozen=True, slots=True)
class Lead:
    person_id: int
    name: str


@dataclass(frozen=True)
class Leads:
    """Managers by unit, and the unit above each, beyond the plan's own unit too."""

    tree: PlanTree
    above: Mapping[int, int]
    by_unit: Mapping[int, Sequence[Lead]]

    def of_holder(self, node: Node) -> Sequence[Lead]:
        """Who speaks for them: a person for themselves, the managers for a unit."""
        if node.person_id is not None:
            return (Lead(node.person_id, self.tree.name(node)),)
        return self.of_unit(node.unit_id)

    def answering(self, node: Node) -> Sequence[Lead]:
        """Who gives the number; none: the administrators."""
        if node.person_id is not None:
            return self._from(node.unit_id, node)
        return self._from(self.above.get(node.unit_id), node)

    def deciding(self, node: Node) -> Sequence[Lead]:
        """Who stands above the unit that gives the number; none: the administrators."""
        giver = self.tree.parents.get(node, self.tree.root)
        return self._from(self.above.get(giver.unit_id), node)

    def of_unit(self, unit_id: int) -> Sequence[Lead]:
        return self._from(unit_id, None)

    def _from(self, unit_id: int | None, node: Node | None) -> Sequence[Lead]:
        while unit_id is not None:
            found = [
                lead
                for lead in self.by_unit.get(unit_id, ())
                if node is None or lead.person_id != node.person_id
            ]
            if found:
                return found
            unit_id = self.above.get(unit_id)
        return ()


def leads_of(tree: PlanTree, *, on: date) -> Leads:
    """As they are on the day. Two queries for any size."""
    above = {child.unit_id: parent.unit_id for child, parent in tree.parents.items() if child.is_unit}
    above |= _above_root(tree.root.unit_id, on)
    rows = Assignment.objects.filter(
        current_on(on), role=AssignmentRole.MANAGER, unit_id__in=[*above, *above.values(), tree.root.unit_id]
    ).order_by("person__name", "id")
    by_unit: dict[int, list[Lead]] = {}
    for unit_id, person_id, name in rows.values_list("unit_id", "person_id", "person__name"):
        by_unit.setdefault(unit_id, []).append(Lead(person_id, name))
    return Leads(tree, above, by_unit)


def _above_root(unit_id: int, on: date) -> dict[int, int]:
    """Each unit from the plan's own upwards, with the one right above it."""
    rows = UnitClosure.objects.filter(current_on(on), descendant_id=unit_id, depth__gt=0).order_by("depth")
    ancestors = list(rows.values_list("ancestor_id", flat=True))
    return dict(zip([unit_id, *ancestors], ancestors, strict=False))
