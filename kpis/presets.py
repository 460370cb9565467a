"""The templates that every organisation begins with, made of the catalogue's KPIs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.choices import Subject, TargetSpan


@dataclass(frozen=True, kw_only=True)
class PresetItem:
    """A KPI by its key, its weight in percent, and a target of its own where one suits most."""

    kpi: str
    weight: int
    target: Decimal | None = None
    span: TargetSpan = TargetSpan.QUARTER
    is_ramped: bool = True


@dataclass(frozen=True, kw_only=True)
class Preset:
    """In order: the first that fits is taken, so that the one for everybody comes last."""

    key: str
    name: Promise
    items: tuple[PresetItem, ...]
    subject: Subject = Subject.PERSON
    jobs: tuple[str, ...] = field(default=())
    tenure_to: int | None = None


def _level(kpi: str, weight: int, target: str) -> PresetItem:
    return PresetItem(kpi=kpi, weight=weight, target=Decimal(target), is_ramped=False)


def _a_month(kpi: str, weight: int, target: int) -> PresetItem:
    return PresetItem(kpi=kpi, weight=weight, target=Decimal(target), span=TargetSpan.MONTH)


_PRESETS = (
    Preset(
        key="team_lead",
        name=_("Team lead"),
        subject=Subject.LEADER,
        jobs=("Team lead", "Sales manager", "Regional manager", "Sales director", "销售主管", "销售经理"),
        items=(
            PresetItem(kpi="won_revenue", weight=50),
            _level("coverage", 15, "300"),
            _level("crm_completeness", 15, "90"),
            _level("overdue_deal_share", 10, "10"),
            _level("mentee_win_rate", 10, "25"),
        ),
    ),
    Preset(
        key="new_product",
        name=_("New product"),
        jobs=("Product specialist", "产品专员"),
        items=(
            _level("key_product_share", 35, "50"),
            _a_month("new_customers", 25, 2),
            _a_month("demos", 20, 6),
            _level("win_rate", 20, "20"),
        ),
    ),
    Preset(
        key="new_hire",
        name=_("New hire"),
        tenure_to=6,
        items=(
            PresetItem(kpi="won_revenue", weight=30),
            PresetItem(kpi="pipeline_created", weight=20),
            _a_month("visits", 20, 12),
            _a_month("demos", 15, 4),
            _level("crm_completeness", 15, "90"),
        ),
    ),
    Preset(
        key="veteran",
        name=_("Veteran"),
        items=(
            PresetItem(kpi="won_revenue", weight=40),
            PresetItem(kpi="collected_amount", weight=20),
            _level("key_product_share", 15, "30"),
            _level("win_rate", 15, "30"),
            _level("repeat_purchase_rate", 10, "40"),
        ),
    ),
    Preset(
        key="unit",
        name=_("Unit"),
        subject=Subject.UNIT,
        items=(
            PresetItem(kpi="won_revenue", weight=60),
            _level("win_rate", 20, "30"),
            _level("sales_cycle", 20, "60"),
        ),
    ),
)

PRESETS: Mapping[str, Preset] = {preset.key: preset for preset in _PRESETS}
