"""Ratios and levels do not add up: they are set for each holder, never divided or spread."""

from kpis.models import Kpi
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from targets.amounts import is_level


def check_adds_up(kpi: Kpi) -> None:
    if is_level(kpi):
        raise DomainError(
            N_("A ratio or a level does not add up over people and months. Set it for each holder."),
            code="not_additive",
            field="kpi",
        )
