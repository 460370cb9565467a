"""What the pages of a KPI are asked for: whose number, and of which quarter."""

from datetime import timedelta
from typing import Any

from kpis.selectors import get_holder
from kpis.standing import own_holder
from kpis.values import Holder
from salestargets.tenancy.selectors import fiscal_calendar_of
from salestargets.web.asked import asked_day, asked_id
from salestargets.web.requests import TenantRequest


def asked_holder(request: TenantRequest) -> Holder | None:
    """Who is asked for, if they are in sight; else whose number one sees first."""
    for kind in ("unit", "person"):
        if chosen := asked_id(request, kind):
            return get_holder(request.actor, kind, chosen, request.today)
    return own_holder(request.actor, request.today)


def quarters(request: TenantRequest) -> dict[str, Any]:
    calendar = fiscal_calendar_of(request.organisation)
    quarter = calendar.quarter_of(asked_day(request, "in") or request.today)
    return {
        "quarter": quarter,
        "quarter_name": calendar.name(quarter),
        "before": quarter.start - timedelta(days=1),
        "after": quarter.end if quarter.end <= request.today else None,
    }
