from datetime import date
from decimal import Decimal
from typing import TypedDict

from rest_framework.request import Request

from kpis.choices import KpiUnit
from kpis.selectors import get_holder
from kpis.values import shown
from pipeline.funnel import Step, funnel
from salestargets.api.inputs import DATE, HOLDER, Field
from salestargets.api.operations import operation
from salestargets.api.rows import Reference
from salestargets.api.views import TenantView
from salestargets.kernel.periods import Period
from salestargets.tenancy.choices import Scope

WHOSE = Field("holder", HOLDER, "unit:<id> with all below it, person:<id>, or root: the whole organisation.")
FROM = Field("from", DATE, "The first day.")
TO = Field("to", DATE, "The day after the last one.")


class FunnelStageRow(TypedDict):
    """`open` deals are in it now, `entered` came in the period for the first time. Null: in no stage."""

    stage: Reference | None
    category: str | None
    open: int
    amount: Decimal | None
    not_priced: int
    entered: int


class FunnelAnswer(TypedDict):
    """Rates are in percent, the cycle in days; each is null where there is nothing to divide by."""

    holder: str
    starts_on: date
    ends_on: date
    currency: str
    stages: list[FunnelStageRow]
    created: int
    won: int
    won_amount: Decimal | None
    lost: int
    lost_amount: Decimal | None
    win_rate: Decimal | None
    value_win_rate: Decimal | None
    average_deal: Decimal | None
    cycle_mean: Decimal | None
    cycle_median: Decimal | None


class Funnel(TenantView):
    @operation(Scope.READ, query=(WHOSE, FROM, TO), answers=FunnelAnswer)
    def get(self, request: Request) -> FunnelAnswer:
        """What is open now, stage by stage, and what came and went in a period."""
        sent, currency = self.query[WHOSE], self.actor.organisation.currency
        holder = get_holder(self.actor, sent.kind, sent.id, self.today)
        period = Period(self.query[FROM], self.query[TO])
        found = funnel(holder, period, on=self.today)
        return {
            "holder": str(holder),
            "starts_on": period.start,
            "ends_on": period.end,
            "currency": currency,
            "stages": [_stage_row(step, currency) for step in found.steps],
            "created": found.created,
            "won": found.won,
            "won_amount": shown(found.won_amount, KpiUnit.MONEY, currency=currency),
            "lost": found.lost,
            "lost_amount": shown(found.lost_amount, KpiUnit.MONEY, currency=currency),
            "win_rate": shown(found.win_rate, KpiUnit.PERCENT, currency=currency, decimals=1),
            "value_win_rate": shown(found.value_win_rate, KpiUnit.PERCENT, currency=currency, decimals=1),
            "average_deal": shown(found.average_deal, KpiUnit.MONEY, currency=currency),
            "cycle_mean": shown(found.cycle.mean, KpiUnit.DAYS, currency=currency, decimals=1),
            "cycle_median": shown(found.cycle.median, KpiUnit.DAYS, currency=currency, decimals=1),
        }


def _stage_row(step: Step, currency: str) -> FunnelStageRow:
    stage = step.stage
    return {
        "stage": {"id": stage.pk, "external_id": stage.external_id, "name": stage.name} if stage else None,
        "category": stage.category if stage else None,
        "open": step.now.count,
        "amount": shown(step.now.amount, KpiUnit.MONEY, currency=currency),
        "not_priced": step.now.unpriced,
        "entered": step.entered,
    }
