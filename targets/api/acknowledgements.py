from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from rest_framework.request import Request

from kpis.selectors import all_kpis
from salestargets.api.inputs import BOOLEAN, ID, Field, choice, text, whole
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import Reference, reference, reference_columns
from salestargets.api.views import TenantView
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import Scope
from targets.amounts import from_stored
from targets.choices import AnswerState
from targets.selectors.acknowledgements import asks_of, standing_asks
from targets.selectors.plans import get_goal, get_plan, get_target
from targets.selectors.trees import Node
from targets.services.acknowledgements import acknowledge, remind

OF_GOAL = Field("goal", ID, "Only the numbers of this goal.").optional()
STATE = Field("state", choice(AnswerState), "Only these answers.").optional()
VERSION = Field("version", whole(1, 10**6), "The number of the version that you answer, the newest one.")
CONTEST = Field("contest", BOOLEAN, "You do not take the number; the comment says why.").otherwise(False)
COMMENT = Field("comment", text(1000, min_length=0, multiline=True)).otherwise("")


class AcknowledgementRow(TypedDict):
    """`holder` is whose number it is, `person` who was asked: the same, or a manager of the unit.

    `amount` is what they were asked about, which holds from `effective_on` on.
    """

    id: int
    target: int
    goal: int
    kpi: str
    holder: str
    name: str
    person: Reference
    amount: Decimal | None
    effective_on: date
    version_number: int
    state: str
    comment: str
    asked_at: datetime
    reminded_at: datetime | None
    answered_at: datetime | None


class RemindedRow(TypedDict):
    reminded: int


class Acknowledgements(TenantView):
    @operation(Scope.READ, query=(OF_GOAL, STATE, *PAGE), answers=Page[AcknowledgementRow])
    def get(self, request: Request, plan_id: int) -> Page[AcknowledgementRow]:
        """Who was asked about the numbers in force that you see, and what they answered."""
        plan = get_plan(self.actor, plan_id, self.today)
        asks = asks_of(plan, sight_of(self.actor, self.today))
        if goal_id := self.query[OF_GOAL]:
            asks = asks.filter(target__goal=get_goal(self.actor, goal_id, self.today, plan_id=plan_id))
        if state := self.query[STATE]:
            asks = asks.filter(state=state)
        rows = asks.select_related(None).values(*_COLUMNS)
        return self.page(rows, key=Key(id=ID), row=_writer(self.actor))


class AcknowledgementReminder(TenantView):
    @operation(Scope.TARGETS_WRITE, answers=RemindedRow)
    def post(self, request: Request, plan_id: int) -> RemindedRow:
        """Remind those whom you see and who have not answered, each once a day at most."""
        plan = get_plan(self.actor, plan_id, self.today)
        return {"reminded": remind(self.actor, plan=plan, at=self.at)}


class TargetAcknowledgement(TenantView):
    @operation(Scope.READ, body=(VERSION, CONTEST, COMMENT), answers=AcknowledgementRow)
    def post(self, request: Request, target_id: int) -> AcknowledgementRow:
        """Acknowledge your number, or contest it. For those who were asked, so not for integrations."""
        ask = acknowledge(
            self.actor,
            target=get_target(self.actor, target_id, self.today),
            version=self.body[VERSION],
            is_contested=self.body[CONTEST],
            comment=self.body[COMMENT],
            at=self.at,
        )
        [row] = standing_asks().filter(pk=ask.pk).select_related(None).values(*_COLUMNS)
        return _writer(self.actor)(row)


_COLUMNS = (
    "id",
    "target_id",
    "target__goal_id",
    "target__goal__kpi_id",
    "target__unit_id",
    "target__person_id",
    "target__unit__name",
    "target__person__name",
    "target__given",
    "target__agreed",
    "target__effective_on",
    "target__goal__plan__starts_on",
    "version_number",
    "state",
    "comment",
    "asked_at",
    "reminded_at",
    "answered_at",
    *reference_columns("person"),
)


def _writer(actor: Actor) -> Callable[[Mapping[str, Any]], AcknowledgementRow]:
    """Writes a row of `_COLUMNS`, its amount as the KPI has it."""
    kpis = {kpi.pk: kpi for kpi in all_kpis()}

    def write(row: Mapping[str, Any]) -> AcknowledgementRow:
        kpi, agreed = kpis[row["target__goal__kpi_id"]], row["target__agreed"]
        amount = row["target__given"] if agreed is None else agreed
        return {
            "id": row["id"],
            "target": row["target_id"],
            "goal": row["target__goal_id"],
            "kpi": kpi.key,
            "holder": str(Node(row["target__unit_id"], row["target__person_id"])),
            "name": row["target__person__name"] or row["target__unit__name"],
            "person": reference(row, "person"),
            "amount": from_stored(amount, kpi, actor.organisation.currency),
            "effective_on": row["target__effective_on"] or row["target__goal__plan__starts_on"],
            "version_number": row["version_number"],
            "state": row["state"],
            "comment": row["comment"],
            "asked_at": row["asked_at"],
            "reminded_at": row["reminded_at"],
            "answered_at": row["answered_at"],
        }

    return write
