from datetime import date
from decimal import Decimal
from typing import TypedDict

from rest_framework.request import Request

from kpis.selectors import get_holder
from kpis.values import Holder, shown
from salestargets.api.inputs import DATE, HOLDER, ID, Field
from salestargets.api.operations import operation
from salestargets.api.pagination import CURSOR, LIMIT, PAGE, Page
from salestargets.api.views import TenantView
from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Number, rounded
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Person, Unit
from salestargets.tenancy.selectors import fiscal_calendar_of, get_unit
from targets.api.rows import HolderRow, part_of
from targets.selectors.scorecards import (
    Part,
    Scorecard,
    check_fiscal,
    people_scorecards,
    scorecard,
)

WHOSE = Field("holder", HOLDER, "unit:<id>, person:<id>, or root: the whole organisation.")
FROM = Field("from", DATE, "The first day of a fiscal period, such as a quarter.")
TO = Field("to", DATE, "The day after its last one.")
UNIT = Field("unit", ID, "The people of this unit and of all below it.")
PLACES = 6
VALUE_PLACES = 4


class PartRow(TypedDict):
    """Amounts in the KPI's unit; shares as fractions of one. `target_from` is plan, template, ramped (the
    template's, less for a new hire) or none. Null: undefined. `mix_is_met`: false where a goal's product mix
    is not; null where it is, or there is none.
    """

    kpi: str
    unit: str
    currency: str | None
    weight: Decimal
    target: Decimal | None
    target_from: str
    goal: int | None
    ramp: Decimal | None
    base: Decimal | None
    actual: Decimal | None
    attainment: Decimal | None
    score: Decimal | None
    weighted: Decimal | None
    mix_is_met: bool | None


class TotalRow(TypedDict):
    """`total` is the weighted score over the weight that has one, `without_score` the weight without."""

    holder: str
    id: int
    external_id: str
    name: str
    starts_on: date
    ends_on: date
    template: int | None
    template_name: str | None
    template_version: int | None
    measured: str | None
    total: Decimal | None
    points: Decimal
    without_score: Decimal


class ScorecardRow(TotalRow):
    parts: list[PartRow]


class Scorecards(TenantView):
    @operation(Scope.READ, query=(WHOSE, FROM, TO), answers=ScorecardRow)
    def get(self, request: Request) -> ScorecardRow:
        """How a unit or a person does by the KPIs of their template, part by part."""
        sent = self.query[WHOSE]
        holder = get_holder(self.actor, sent.kind, sent.id, self.today)
        card = scorecard(self.actor, holder, _period(self), on=self.today)
        [total] = _totals([card])
        currency = self.actor.organisation.currency
        return {**total, "parts": [_part_row(part, currency) for part in card.parts]}


class PeopleScorecards(TenantView):
    @operation(Scope.READ, query=(UNIT, FROM, TO, *PAGE), answers=Page[TotalRow])
    def get(self, request: Request) -> Page[TotalRow]:
        """The totals of the people in a unit and below it, by name."""
        unit = get_unit(self.actor, self.query[UNIT], self.today)
        cards = people_scorecards(self.actor, unit, _period(self), on=self.today)
        return part_of(_totals(cards), request, limit=self.query[LIMIT], cursor=self.query[CURSOR])


def _period(view: TenantView) -> Period:
    calendar = fiscal_calendar_of(view.actor.organisation)
    return check_fiscal(Period(view.query[FROM], view.query[TO]), calendar)


def _totals(cards: list[Scorecard]) -> list[TotalRow]:
    ids = {card.holder: card.holder.id for card in cards}
    external = {
        kind: dict(
            model._default_manager.filter(
                pk__in=[pk for holder, pk in ids.items() if holder.kind == kind]
            ).values_list("id", "external_id")
        )
        for kind, model in (("unit", Unit), ("person", Person))
    }
    return [_total_row(card, external[card.holder.kind][card.holder.id]) for card in cards]


def _total_row(card: Scorecard, external_id: str) -> TotalRow:
    found, version = card.total, card.fit.version if card.fit else None
    return {
        **_holder_row(card.holder, external_id, card.name),
        "starts_on": card.period.start,
        "ends_on": card.period.end,
        "template": version.row.template_id if version else None,
        "template_name": str(version.template.label) if version else None,
        "template_version": version.row.number if version else None,
        "measured": str(card.fit.holder) if card.fit else None,
        "total": rounded(found.value, PLACES),
        "points": _share(found.points),
        "without_score": _share(found.unscored),
    }


def _holder_row(holder: Holder, external_id: str, name: str) -> HolderRow:
    return {"holder": str(holder), "id": holder.id, "external_id": external_id, "name": name}


def _part_row(part: Part, currency: str) -> PartRow:
    unit = part.kpi.unit

    def amount(value: Number | None) -> Decimal | None:
        return shown(value, unit, currency=currency, decimals=VALUE_PLACES)

    return {
        "kpi": part.kpi.key,
        "unit": unit,
        "currency": currency if unit == "money" else None,
        "weight": _share(part.weight),
        "target": amount(part.aim.target),
        "target_from": part.aim.origin.value,
        "goal": part.aim.goal.pk if part.aim.goal else None,
        "ramp": rounded(part.aim.ramp, PLACES),
        "base": amount(part.aim.base),
        "actual": amount(part.actual),
        "attainment": rounded(part.attainment, PLACES),
        "score": rounded(part.score, PLACES),
        "weighted": rounded(part.weighted, PLACES),
        "mix_is_met": False if part.unmet_mix else None,
    }


def _share(value: Number) -> Decimal:
    return rounded(value, PLACES) or Decimal(0)
