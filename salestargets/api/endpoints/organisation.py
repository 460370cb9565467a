from typing import TypedDict

from rest_framework.request import Request

from salestargets.api.inputs import Field, choice, decimal, list_of, text, whole
from salestargets.api.operations import operation
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import (
    ExpectedBasis,
    FiscalPattern,
    Language,
    NamedAfter,
    Scope,
    YearEndRule,
)
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.services.organisations import change_settings

#: What the fiscal calendar follows from.
FISCAL = (
    Field("fiscal_pattern", choice(FiscalPattern), "What the periods of a fiscal year are.").optional(),
    Field("fiscal_year_start_month", whole(1, 12)).optional(),
    Field("fiscal_year_named_after", choice(NamedAfter)).optional(),
    Field("fiscal_week_starts_on", whole(0, 6), "For patterns of weeks; 0 is Monday.").optional(),
    Field("fiscal_year_end_rule", choice(YearEndRule), "For patterns of weeks.").optional(),
)
CLOSES_AFTER = Field(
    "closes_after_days", whole(0, 90), "Days after its end on which a month closes; null: only by hand."
).nullable()
LEVEL = decimal(max_digits=4, decimal_places=3)
SETTINGS = (
    Field("name", text(200)).optional(),
    Field("time_zone", text(64), "As in Asia/Shanghai.").optional(),
    Field("language", choice(Language)).optional(),
    Field("holiday_country", text(2, min_length=0), "ISO 3166, or empty for no public holidays.").optional(),
    Field("working_weekdays", list_of(whole(0, 6), at_least=1, at_most=7), "0 is Monday.").optional(),
    *FISCAL,
    Field("expected_basis", choice(ExpectedBasis)).optional(),
    Field("ahead_level", LEVEL).optional(),
    Field("on_track_level", LEVEL).optional(),
    Field("behind_level", LEVEL).optional(),
    CLOSES_AFTER,
)


class OrganisationRow(TypedDict):
    slug: str
    name: str
    currency: str
    time_zone: str
    language: str
    holiday_country: str
    working_weekdays: list[int]
    fiscal_pattern: str
    fiscal_year_start_month: int
    fiscal_year_named_after: str
    fiscal_week_starts_on: int
    fiscal_year_end_rule: str
    expected_basis: str
    ahead_level: str
    on_track_level: str
    behind_level: str
    closes_after_days: int | None
    version: int


class OrganisationSettings(TenantView):
    @operation(Scope.READ, answers=OrganisationRow)
    def get(self, request: Request) -> OrganisationRow:
        """How your organisation counts."""
        return _row(self.actor.organisation)

    @operation(Scope.ADMIN, body=SETTINGS, answers=OrganisationRow, versioned=True)
    def patch(self, request: Request) -> OrganisationRow:
        """Change how your organisation counts."""
        changes = self.body.only(*SETTINGS)
        return _row(change_settings(self.actor, expected_version=self.version, **changes))


def _row(organisation: Organisation) -> OrganisationRow:
    return {
        "slug": organisation.slug,
        "name": organisation.name,
        "currency": organisation.currency,
        "time_zone": organisation.time_zone,
        "language": organisation.language,
        "holiday_country": organisation.holiday_country,
        "working_weekdays": list(organisation.working_weekdays),
        "fiscal_pattern": organisation.fiscal_pattern,
        "fiscal_year_start_month": organisation.fiscal_year_start_month,
        "fiscal_year_named_after": organisation.fiscal_year_named_after,
        "fiscal_week_starts_on": organisation.fiscal_week_starts_on,
        "fiscal_year_end_rule": organisation.fiscal_year_end_rule,
        "expected_basis": organisation.expected_basis,
        "ahead_level": str(organisation.ahead_level),
        "on_track_level": str(organisation.on_track_level),
        "behind_level": str(organisation.behind_level),
        "closes_after_days": organisation.closes_after_days,
        "version": organisation.version,
    }
