"""The built-in KPIs of a new organisation."""

from datetime import datetime

from kpis.catalogue import BUILT_IN
from kpis.models import Kpi
from salestargets.tenancy.models import Organisation


def install_catalogue(organisation: Organisation, at: datetime) -> None:
    """Add the built-in KPIs that are not there yet; what an organisation changed stays changed."""
    Kpi.objects.bulk_create(
        [
            Kpi(
                organisation=organisation,
                key=built_in.key,
                unit=built_in.unit,
                direction=built_in.direction,
                nature=built_in.nature,
                numerator=built_in.numerator,
                denominator=built_in.denominator,
                decimals=built_in.decimals,
                position=position,
            )
            for position, built_in in enumerate(BUILT_IN.values())
        ],
        ignore_conflicts=True,
    )
