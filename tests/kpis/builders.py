"""Deals for tests, written straight into the tables: what counts here is what the engine makes of them."""

from datetime import date
from itertools import count
from typing import Any

from kpis.models import Template
from kpis.selectors import get_kpi
from kpis.services import drain
from kpis.services.templates import Draft, ItemDraft, create_template
from pipeline.models import CreditShare, Deal
from salestargets.tenancy.access import Actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person
from tests.builders import NOON

_numbers = count(1)


def a_deal(
    organisation: Organisation,
    owner: Person | None,
    *,
    status: str = "won",
    base: int | None = 10_000,
    closed_on: date | None = date(2026, 5, 4),
    created_on: date | None = None,
    shares: dict[Person, int] | None = None,
    **fields: object,
) -> Deal:
    """A deal of 100.00, won on 4 May unless said otherwise. `shares`: person → cents of the base amount."""
    number = next(_numbers)
    with acting_for(organisation.pk):
        deal = Deal.objects.create(
            source="crm",
            external_id=f"D{number}",
            owner=owner,
            status=status,
            amount_minor=10_000 if base is None else base,
            currency=organisation.currency,
            base_minor=base,
            closed_on=None if status == "open" else closed_on,
            created_on=created_on,
            is_shared=shares is not None,
            **{"name": f"Deal {number}", **fields},
        )
        for person, cents in (shares or {}).items():
            CreditShare.objects.create(
                deal=deal, person=person, share_ppm=500_000, base_minor=None if base is None else cents
            )
    return deal


def drained(organisation: Organisation) -> None:
    """Work off everything that waits."""
    while drain(organisation.pk, at=NOON):
        pass


def a_draft(*keys: str, **more: Any) -> Draft:
    """Of these KPIs, won revenue if none is named, all with the same weight."""
    kpis = [get_kpi(key) for key in keys or ("won_revenue",)]
    return Draft(items=[ItemDraft(kpi, 10_000 // len(kpis)) for kpi in kpis], **more)


def a_template(actor: Actor, name: str, draft: Draft, starts_on: date = date(2026, 4, 1)) -> Template:
    """A template that holds from the second quarter of 2026 on unless said otherwise."""
    return create_template(actor, name=name, draft=draft, starts_on=starts_on, at=NOON)
