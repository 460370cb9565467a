"""Deals: the list with its filters in the address, and one of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from pipeline.choices import DealStatus
from pipeline.kinds.credit import WHOLE_PPM
from pipeline.kinds.deals import DEALS
from pipeline.listing import Rows, get_record_row, record_rows
from pipeline.models import Stage
from salestargets.audit.selectors import history_of
from salestargets.kernel.money import from_minor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.selectors import visible_people
from salestargets.web.asked import asked_choice, asked_day, asked_id, asked_text, page_of, sorted_rows
from salestargets.web.exports import Column, export, wanted_format
from salestargets.web.history import told
from salestargets.web.requests import TenantRequest, page

Row = Mapping[str, Any]
SORTS = {
    "name": "name",
    "customer": "customer__name",
    "owner": "owner__name",
    "stage": "stage__position",
    "amount": "base_minor",
    "created": "created_on",
    "closed": "closed_on",
    "expected": "expected_close_on",
}


def _amount(row: Row) -> Any:
    return None if row["amount_minor"] is None else from_minor(row["amount_minor"], row["currency"])


COLUMNS: list[Column[Row]] = [
    Column(_("External id"), lambda row: row["external_id"]),
    Column(_("Name"), lambda row: row["name"]),
    Column(_("Customer"), lambda row: row["customer__name"]),
    Column(_("Owner"), lambda row: row["owner__name"]),
    Column(_("Product"), lambda row: row["product__name"]),
    Column(_("Channel"), lambda row: row["channel__name"]),
    Column(_("Stage"), lambda row: row["stage__name"]),
    Column(_("Status"), lambda row: DealStatus(row["status"]).label),
    Column(_("Amount"), _amount, "money"),
    Column(_("Currency"), lambda row: row["currency"]),
    Column(_("Created on"), lambda row: row["created_on"], "day"),
    Column(_("Expected to close on"), lambda row: row["expected_close_on"], "day"),
    Column(_("Closed on"), lambda row: row["closed_on"], "day"),
    Column(_("Reason of the loss"), lambda row: row["lost_reason"]),
    Column(_("Source"), lambda row: row["source"]),
]


@require_GET
@page()
def deals(request: TenantRequest) -> HttpResponse | FileResponse:
    search = asked_text(request)
    found = sorted_rows(request, _found(request, search), SORTS, default="-created")
    if wanted := wanted_format(request):
        rows = found.iterator(chunk_size=2000)
        return export(rows, columns=COLUMNS, name="deals", file_format=wanted)
    shown = {
        "deals": page_of(request, found),
        "sums": found.order_by().aggregate(priced=Sum("base_minor"), not_priced=_not_priced()),
        "search": search,
        "statuses": DealStatus.choices,
        "stages": Stage.objects.order_by("position", "name").values_list("id", "name"),
        "owners": visible_people(request.actor, request.today).values_list("id", "name"),
        "is_filtered": any(request.GET.get(name) for name in ("q", "status", "stage", "owner", "from", "to")),
        "may_import": request.actor.may(Scope.RECORDS_WRITE),
    }
    return render(request, "pipeline/deals.html", shown)


def _found(request: TenantRequest, search: str) -> Rows:
    rows = record_rows(DEALS, request.actor, request.today, _asked(request))
    if search:
        like = Q(name__icontains=search) | Q(customer__name__icontains=search)
        rows = rows.filter(like | Q(external_id=search))
    return rows


def _asked(request: TenantRequest) -> dict[str, object]:
    """Days of the page are both included."""
    by = "created_on" if request.GET.get("by") == "created" else "closed_on"
    asked = {
        "owner_id": asked_id(request, "owner"),
        "stage_id": asked_id(request, "stage"),
        "status": asked_choice(request, "status", DealStatus.values),
        f"{by}__gte": asked_day(request, "from"),
        f"{by}__lte": asked_day(request, "to"),
    }
    return {lookup: value for lookup, value in asked.items() if value}


def _not_priced() -> Count:
    return Count("id", filter=Q(amount_minor__isnull=False, base_minor__isnull=True))


@require_GET
@page()
def deal(request: TenantRequest, deal_id: int) -> HttpResponse:
    row = get_record_row(DEALS, request.actor, deal_id, request.today)
    history = history_of(request.actor, "deal", deal_id)
    shown = {
        "deal": row,
        "shares": [(share, Decimal(share["share_ppm"]) / WHOLE_PPM) for share in row["shares"]],
        "status": DealStatus(row["status"]),
        "history": told(history, currency=request.organisation.currency),
    }
    return render(request, "pipeline/deal.html", shown)
