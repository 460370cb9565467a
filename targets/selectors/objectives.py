"""What the organisation wants, and which goals serve it."""

from django.db.models import QuerySet

from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from targets.models import Objective


def all_objectives(*, archived: bool = False) -> QuerySet[Objective]:
    """By name; everyone in the organisation may know them."""
    return Objective.objects.filter(is_archived=archived).select_related("owner").order_by("name", "id")


def get_objective(objective_id: int) -> Objective:
    objective = Objective.objects.select_related("owner").filter(pk=objective_id).first()
    if objective is None:
        raise NotFound(N_("There is no such objective."), code="not_found", field="objective")
    return objective
