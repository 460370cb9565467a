"""How the log reads the values of manual KPIs: as money, or with the decimals of the KPI."""

from collections.abc import Sequence

from kpis.amounts import scale_of
from kpis.models import Kpi
from salestargets.audit.registry import Amounts, Row, register_amounts


def of_their_kpi(rows: Sequence[Row]) -> list[int | None]:
    kpis = Kpi.objects.in_bulk([row["kpi_id"] for row in rows])
    scales = [scale_of(kpis[row["kpi_id"]], "USD") for row in rows]
    return [None if scale.is_money else scale.places for scale in scales]


def register() -> None:
    register_amounts("entry", Amounts({"value"}, of_their_kpi))
