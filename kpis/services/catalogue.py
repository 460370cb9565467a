"""The built-in KPIs of a new organisation."""

from datetime import datetime

from kpis.catalogue import BUILT_IN
from kpis.models import Definition, DirtyKey, Kpi, Selection
from kpis.recipes import selections_of
from kpis.registry import EVERY_GROUP
from salestargets.tenancy.models import Organisation


def install_catalogue(organisation: Organisation, at: datetime) -> None:
    """Add the built-in KPIs that are not there yet; what an organisation changed stays changed."""
    known = set(Kpi.objects.values_list("key", flat=True))
    missing = [(position, one) for position, one in enumerate(BUILT_IN.values()) if one.key not in known]
    made = Kpi.objects.bulk_create(
        [
            Kpi(
                organisation=organisation,
                key=one.key,
                unit=one.unit,
                direction=one.direction,
                nature=one.nature,
                numerator=one.recipe.above,
                denominator=one.recipe.below,
                multiplier=one.recipe.multiplier,
                times_days=one.recipe.times_days,
                decimals=one.decimals,
                position=position,
            )
            for position, one in missing
        ]
    )
    Definition.objects.bulk_create(
        Definition(
            organisation=organisation,
            kpi=kpi,
            numerator=kpi.numerator,
            denominator=kpi.denominator,
            made_at=at,
        )
        for kpi in made
    )
    chosen = {one.key: one for _place, built_in in missing for one in selections_of(built_in.recipe)}
    if not known:  # there are no records yet: nothing has been counted so far, and that is all there is
        for one in chosen.values():
            one.counted_at = at
    Selection.objects.bulk_create(chosen.values(), ignore_conflicts=True)
    if known and chosen:
        DirtyKey.objects.create(group=EVERY_GROUP)
