"""Changes of a KPI that are not made yet, so that whoever they concern can say first what they would mean."""

from dataclasses import dataclass
from datetime import date

from kpis.models import Kpi


@dataclass(frozen=True)
class NewDefinition:
    """From a month on it is made of something else; earlier months keep what it was. None: from ever."""

    kpi: Kpi
    holds_from: date | None


@dataclass(frozen=True)
class Retirement:
    """It is not offered any more; what was promised of it stays and goes on being measured."""

    kpi: Kpi
