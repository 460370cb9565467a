from decimal import Decimal
from typing import Any, TypedDict, cast

from rest_framework.request import Request

from kpis.selectors import get_kpi
from salestargets.api.inputs import BOOLEAN, ID, Field, choice, decimal, list_of, text, whole
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope
from targets.choices import LeaverRule
from targets.models import Trigger
from targets.selectors.rules import get_trigger, planning_rules, triggers
from targets.services.rules import (
    LARGEST_LIMIT_BP,
    MOST_DAYS,
    MOST_RAMP_MONTHS,
    RuleChanges,
    TriggerChanges,
    change_rules,
    change_trigger,
    create_trigger,
)

LEVEL = decimal(max_digits=4, decimal_places=3)
MULTIPLE = decimal(max_digits=5, decimal_places=2)
RULES = (
    Field("needs_approval", BOOLEAN, "Whether a plan is approved before it is published.").optional(),
    Field(
        "move_limit_bp",
        whole(0, LARGEST_LIMIT_BP),
        "By how much a manager may move a number without an approval, in hundredths of a percent.",
    ).optional(),
    Field("band_low", MULTIPLE, "A goal is achievable from this multiple of the earlier result.").optional(),
    Field("band_high", MULTIPLE, "A goal is achievable up to this multiple.").optional(),
    Field(
        "ramp",
        list_of(whole(0, 100), at_most=MOST_RAMP_MONTHS),
        "Percent of a full target in each month of tenure; the whole of it afterwards.",
    ).optional(),
    Field("leaver_rule", choice(LeaverRule), "Who takes over what is left of a leaver's number.").optional(),
    Field("answer_days", whole(1, MOST_DAYS), "How many days people have to answer.").optional(),
)
NAME = Field("name", text(100))
IS_ACTIVE = Field("is_active", BOOLEAN, "False: offered no more, and fires no more.").optional()
KPI = Field("kpi", text(50), "Only in goals of this KPI.").nullable()
PACE_BELOW = Field("pace_below", LEVEL, "Fires by itself below this pace index.").nullable()
FOR_DAYS = Field("for_days", whole(1, MOST_DAYS), "Once it has been so for as many days.").optional()


class RulesRow(TypedDict):
    needs_approval: bool
    move_limit_bp: int
    band_low: Decimal
    band_high: Decimal
    ramp: list[int]
    leaver_rule: str
    answer_days: int
    version: int


class TriggerRow(TypedDict):
    """`key` names one that every organisation begins with: until renamed it is called in your language."""

    id: int
    key: str
    name: str
    is_active: bool
    kpi: str | None
    pace_below: Decimal | None
    for_days: int
    version: int


class Rules(TenantView):
    @operation(Scope.READ, answers=RulesRow)
    def get(self, request: Request) -> RulesRow:
        """How the organisation plans."""
        return _rules_row()

    @operation(Scope.ADMIN, body=RULES, answers=RulesRow, versioned=True)
    def patch(self, request: Request) -> RulesRow:
        """Change how the organisation plans; what was approved or split stays as it is."""
        changes = cast(RuleChanges, self.body.only(*RULES))
        change_rules(self.actor, changes=changes, expected_version=self.version)
        return _rules_row()


class Triggers(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[TriggerRow])
    def get(self, request: Request) -> Page[TriggerRow]:
        """What may give rise to an adjustment."""
        rows = triggers().select_related(None).values(*_COLUMNS)
        return self.page(rows, key=Key(id=ID), row=_trigger_row)

    @operation(Scope.ADMIN, body=(NAME, KPI, PACE_BELOW, FOR_DAYS), answers=TriggerRow, status=201)
    def post(self, request: Request) -> TriggerRow:
        """Add one to the list."""
        return _row_of(create_trigger(self.actor, changes=_changes(self)))


class OneTrigger(TenantView):
    @operation(Scope.READ, answers=TriggerRow)
    def get(self, request: Request, trigger_id: int) -> TriggerRow:
        """One trigger."""
        return _row_of(get_trigger(trigger_id))

    @operation(
        Scope.ADMIN,
        body=(NAME.optional(), IS_ACTIVE, KPI, PACE_BELOW, FOR_DAYS),
        answers=TriggerRow,
        versioned=True,
    )
    def patch(self, request: Request, trigger_id: int) -> TriggerRow:
        """Another name or other conditions, or off."""
        trigger = get_trigger(trigger_id)
        change_trigger(self.actor, trigger=trigger, changes=_changes(self), expected_version=self.version)
        return _row_of(get_trigger(trigger_id))


_COLUMNS = ("id", "key", "name", "is_active", "kpi__key", "pace_below", "for_days", "version")


def _changes(view: TenantView) -> TriggerChanges:
    sent = view.body.only(NAME, IS_ACTIVE, KPI, PACE_BELOW, FOR_DAYS)
    if sent.get("kpi") is not None:
        sent["kpi"] = get_kpi(sent["kpi"])
    return cast(TriggerChanges, sent)


def _rules_row() -> RulesRow:
    rules = planning_rules()
    return {
        "needs_approval": rules.needs_approval,
        "move_limit_bp": rules.move_limit_bp,
        "band_low": rules.band_low,
        "band_high": rules.band_high,
        "ramp": list(rules.ramp),
        "leaver_rule": rules.leaver_rule,
        "answer_days": rules.answer_days,
        "version": rules.version,
    }


def _row_of(trigger: Trigger) -> TriggerRow:
    own: dict[str, Any] = {name: getattr(trigger, name) for name in _COLUMNS if name != "kpi__key"}
    return _trigger_row({**own, "kpi__key": trigger.kpi.key if trigger.kpi else None})


def _trigger_row(row: Any) -> TriggerRow:
    return {
        "id": row["id"],
        "key": row["key"],
        "name": Trigger(key=row["key"], name=row["name"]).label,
        "is_active": row["is_active"],
        "kpi": row["kpi__key"],
        "pace_below": row["pace_below"],
        "for_days": row["for_days"],
        "version": row["version"],
    }
