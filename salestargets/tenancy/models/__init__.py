from salestargets.tenancy.models.base import (
    TenantForeignKey,
    TenantManager,
    TenantModel,
    UserForeignKey,
    append_only,
    tracked,
    tracked_changes,
)
from salestargets.tenancy.models.fiscal import FiscalYear
from salestargets.tenancy.models.mentoring import Mentorship
from salestargets.tenancy.models.organisation import (
    ExchangeRate,
    Membership,
    Organisation,
    WorkingDayException,
)
from salestargets.tenancy.models.people import MANUAL, Assignment, Person, Unit, UnitClosure, UnitPlacement

__all__ = [
    "MANUAL",
    "Assignment",
    "ExchangeRate",
    "FiscalYear",
    "Membership",
    "Mentorship",
    "Organisation",
    "Person",
    "TenantForeignKey",
    "TenantManager",
    "TenantModel",
    "Unit",
    "UnitClosure",
    "UnitPlacement",
    "UserForeignKey",
    "WorkingDayException",
    "append_only",
    "tracked",
    "tracked_changes",
]
