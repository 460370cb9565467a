"""What units and people could bring in a year: as it was estimated, and as it is in force on a day."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from kpis.values import Holder
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor, sight_of
from targets.models import Potential
from targets.selectors.trees import Node, PlanTree


def visible_potentials(actor: Actor, on: date) -> QuerySet[Potential]:
    """Of whom the actor sees, with the `name` of each; by name, the newest first."""
    rows = Potential.objects.select_related("unit", "person", "noted_by")
    sight = sight_of(actor, on)
    if not sight.everything:
        rows = rows.filter(Q(unit_id__in=sight.unit_ids) | Q(person_id__in=sight.person_ids))
    named = rows.annotate(name=Coalesce("unit__name", "person__name"))
    return named.order_by("name", "-starts_on", "id")


def get_potential(actor: Actor, potential_id: int, on: date) -> Potential:
    potential = visible_potentials(actor, on).filter(pk=potential_id).first()
    if potential is None:
        raise NotFound(N_("There is no such potential."), code="not_found")
    return potential


def holder_of(potential: Potential) -> Holder:
    if potential.unit_id is not None:
        return Holder("unit", potential.unit_id)
    return Holder("person", potential.person_id or 0)


def potentials_on(tree: PlanTree, day: date) -> Mapping[Node, int]:
    """Node → its potential in force on a day; a unit without its own has that of all below it together."""
    latest = Potential.objects.filter(starts_on__lte=day).order_by("unit", "person", "-starts_on")
    known = {holder_of(row): row.amount for row in latest.distinct("unit", "person")}
    own = {node: known[whole] for node in tree.present() if (whole := node.holder.whole) in known}
    return tree.summed(own)
