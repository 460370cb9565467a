from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, cast

from django.utils.translation import gettext
from rest_framework.request import Request

from kpis.models import Kpi
from kpis.selectors import get_kpi
from salestargets.api.inputs import DATE, ID, Field, choice, text, whole
from salestargets.api.operations import operation
from salestargets.api.pagination import CURSOR, LIMIT, PAGE, Key, Page
from salestargets.api.rows import Reference, reference, reference_columns
from salestargets.api.views import TenantView
from salestargets.tenancy.access import Actor, Sight, sight_of
from salestargets.tenancy.choices import ExpectedBasis, Scope
from targets.amounts import to_stored
from targets.api.rows import AMOUNT, REASON, Amounts, part_of
from targets.choices import PlanState
from targets.domain.smart import Finding
from targets.models import Goal, Plan
from targets.selectors.nesting import Part, Team, part_above, parts_of
from targets.selectors.plans import get_goal, get_plan, goals_of, visible_plans
from targets.selectors.smart import smart_findings
from targets.services.plans import (
    GoalChanges,
    PlanChanges,
    change_goal,
    change_plan,
    create_goal,
    create_plan,
)
from targets.services.publishing import (
    approve_plan,
    close_plan,
    open_plan,
    publish_plan,
    submit_plan,
    take_back_plan,
)

STATE = Field("state", choice(PlanState), "Only plans in this state.").optional()
NAME = Field("name", text(200))
STARTS_ON = Field("starts_on", DATE, "The first day of a fiscal period, such as a month.")
ENDS_ON = Field("ends_on", DATE, "The day after the last one, as in 2018-01-01.")
PARENT = Field("parent", ID, "The id of the plan that it is a part of.").optional()
OTHER_PARENT = Field("parent", ID, "The id of the plan that it is a part of; null for none.").nullable()
ANSWERS_BY = Field(
    "answers_by",
    DATE,
    "Until when people propose; who has not is reminded. By default the organisation's days for answers.",
).optional()
MOVE_REASON = Field("reason", text(300), "Why.")
ROOT_UNIT = Field("root_unit", ID, "The unit that it is for, with everything below.")
BASIS = Field("expected_basis", choice(ExpectedBasis), "How it is expected to go.").optional()
OVERRIDE = Field(
    "override", text(300, min_length=0), "Why it is taken though it is not SMART; approvers only."
).otherwise("")

KPI = Field("kpi", text(50), "The key of a KPI, as in won_revenue.")
GOAL_AMOUNT = Field("amount", AMOUNT, "What the plan's unit is to reach.")
STRETCH = Field("stretch", AMOUNT, "What would be excellent.").nullable()
BASELINE = Field("baseline", AMOUNT, "Where a level starts from.").nullable()
OBJECTIVE = Field("objective", ID, "The id of the objective that it serves.").nullable()
OWNER = Field("owner", ID, "The id of the person who answers for it.").nullable()
WHY = Field("why", text(2000, min_length=0, multiline=True)).optional()
ACHIEVABLE = Field("achievable_because", text(2000, min_length=0, multiline=True)).optional()
WEIGHT = Field("weight_bp", whole(0, 10_000), "Its weight, in hundredths of a percent.").optional()
WORDS = (OBJECTIVE, OWNER, WHY, ACHIEVABLE, WEIGHT)


class PlanRow(TypedDict):
    """`ends_on` is the day after the last."""

    id: int
    name: str
    starts_on: date
    ends_on: date
    granularity: str
    parent: int | None
    root_unit: Reference
    state: str
    answers_by: date | None
    expected_basis: str
    published_at: datetime | None
    closed_at: datetime | None
    version: int


class LetterRow(TypedDict):
    letter: str
    ok: bool
    missing: str | None
    mend: str | None


class UnitAdrift(TypedDict):
    """A unit below the plan's own: its number here and in the plan above; recorded: somebody said why."""

    unit: int
    name: str
    amount: Decimal | None
    part_of_whole: Decimal | None
    is_recorded: bool


class GoalRow(TypedDict):
    """The amounts are those of the plan's unit: null where you do not see it.

    `part_of_whole` is what the plan above has for it, `drift` by how much it differs on purpose, and
    `open_drift` what of the difference nobody has recorded yet; `units_adrift`, the units below that differ.
    """

    id: int
    plan: int
    kpi: str
    unit: str
    currency: str
    amount: Decimal | None
    stretch: Decimal | None
    baseline: Decimal | None
    part_of_whole: Decimal | None
    drift: Decimal | None
    open_drift: Decimal | None
    units_adrift: list[UnitAdrift]
    drift_reason: str
    objective: int | None
    owner: int | None
    why: str
    achievable_because: str
    weight_bp: int
    version: int


class GoalDetail(GoalRow):
    """`smart` is for those who see the plan's unit."""

    smart: list[LetterRow]


class Plans(TenantView):
    @operation(Scope.READ, query=(STATE, *PAGE), answers=Page[PlanRow])
    def get(self, request: Request) -> Page[PlanRow]:
        """The plans in which you see someone, the newest first."""
        plans = visible_plans(self.actor, self.today)
        if state := self.query[STATE]:
            plans = plans.filter(state=state)
        rows = plans.values(*_PLAN_COLUMNS, *reference_columns("root_unit"))
        return self.page(rows, key=Key(starts_on=DATE, id=ID), row=_plan_row, descending=True)

    @operation(
        Scope.TARGETS_WRITE,
        body=(NAME, STARTS_ON, ENDS_ON, ROOT_UNIT, PARENT, BASIS),
        answers=PlanRow,
        status=201,
    )
    def post(self, request: Request) -> PlanRow:
        """Make a plan over whole periods of the fiscal calendar, as a draft."""
        parent_id = self.body[PARENT]
        plan = create_plan(
            self.actor,
            name=self.body[NAME],
            starts_on=self.body[STARTS_ON],
            ends_on=self.body[ENDS_ON],
            root_unit_id=self.body[ROOT_UNIT],
            parent=get_plan(self.actor, parent_id, self.today) if parent_id else None,
            expected_basis=self.body[BASIS],
            at=self.at,
        )
        return plan_row(plan)


class OnePlan(TenantView):
    @operation(Scope.READ, answers=PlanRow)
    def get(self, request: Request, plan_id: int) -> PlanRow:
        """One plan."""
        return plan_row(get_plan(self.actor, plan_id, self.today))

    @operation(
        Scope.TARGETS_WRITE, body=(NAME.optional(), BASIS, OTHER_PARENT), answers=PlanRow, versioned=True
    )
    def patch(self, request: Request, plan_id: int) -> PlanRow:
        """Another name, another way to expect; a draft may become part of another plan, or of none."""
        plan = change_plan(
            self.actor,
            plan=get_plan(self.actor, plan_id, self.today),
            changes=self._changes(),
            expected_version=self.version,
            at=self.at,
        )
        return plan_row(plan)

    def _changes(self) -> PlanChanges:
        changes = self.body.only(NAME, BASIS, OTHER_PARENT)
        if parent_id := changes.get("parent"):
            changes["parent"] = get_plan(self.actor, parent_id, self.today)
        return cast("PlanChanges", changes)


class PlanOpening(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(ANSWERS_BY,), answers=PlanRow, versioned=True)
    def post(self, request: Request, plan_id: int) -> PlanRow:
        """Let those who hold a number propose their own."""
        return _moved(self, open_plan, plan_id, **self.body.only(ANSWERS_BY))


class PlanSubmission(TenantView):
    @operation(Scope.TARGETS_WRITE, answers=PlanRow, versioned=True)
    def post(self, request: Request, plan_id: int) -> PlanRow:
        """Hand the plan to someone above its unit for approval; its numbers stand still until then."""
        return _moved(self, submit_plan, plan_id)


class PlanTakingBack(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(MOVE_REASON,), answers=PlanRow, versioned=True)
    def post(self, request: Request, plan_id: int) -> PlanRow:
        """Back to open, to be changed again: by those who lead it, or by an approver who does not approve."""
        return _moved(self, take_back_plan, plan_id, reason=self.body[MOVE_REASON])


class PlanApproval(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(OVERRIDE,), answers=PlanRow, versioned=True)
    def post(self, request: Request, plan_id: int) -> PlanRow:
        """Approve a submitted plan: someone above its unit, and not who submitted it."""
        return _moved(self, approve_plan, plan_id, override=self.body[OVERRIDE])


class PlanPublication(TenantView):
    @operation(Scope.TARGETS_WRITE, body=(OVERRIDE,), answers=PlanRow, versioned=True)
    def post(self, request: Request, plan_id: int) -> PlanRow:
        """Put a plan into force: every target gets its first version. Refused while a goal is not SMART."""
        return _moved(self, publish_plan, plan_id, override=self.body[OVERRIDE])


class PlanClosing(TenantView):
    @operation(Scope.TARGETS_WRITE, answers=PlanRow, versioned=True)
    def post(self, request: Request, plan_id: int) -> PlanRow:
        """Keep the final values of a plan that is over."""
        return _moved(self, close_plan, plan_id)


class Goals(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[GoalRow])
    def get(self, request: Request, plan_id: int) -> Page[GoalRow]:
        """The goals of a plan."""
        plan = get_plan(self.actor, plan_id, self.today)
        sight = sight_of(self.actor, self.today)
        goals = goals_of([plan])[plan.pk]
        parts = parts_of(goals)
        rows = [goal_row(goal, self.actor, sight, parts.get(goal.pk)) for goal in goals]
        return part_of(rows, request, limit=self.query[LIMIT], cursor=self.query[CURSOR])

    @operation(
        Scope.TARGETS_WRITE,
        body=(KPI, GOAL_AMOUNT, STRETCH, BASELINE, *WORDS),
        answers=GoalDetail,
        status=201,
    )
    def post(self, request: Request, plan_id: int) -> GoalDetail:
        """Add a goal to a draft, spread evenly over the months."""
        plan, kpi = get_plan(self.actor, plan_id, self.today), get_kpi(self.body[KPI])
        changes = _changes(self, kpi)
        amount = changes.pop("amount")
        goal = create_goal(self.actor, plan=plan, kpi=kpi, amount=amount, details=changes, at=self.at)
        return goal_detail(self, get_goal(self.actor, goal.pk, self.today))


class OneGoal(TenantView):
    @operation(Scope.READ, answers=GoalDetail)
    def get(self, request: Request, plan_id: int, goal_id: int) -> GoalDetail:
        """One goal, and which letters of SMART it still lacks."""
        return goal_detail(self, get_goal(self.actor, goal_id, self.today, plan_id=plan_id))

    @operation(
        Scope.TARGETS_WRITE,
        body=(GOAL_AMOUNT.optional(), STRETCH, BASELINE, *WORDS, REASON),
        answers=GoalDetail,
        versioned=True,
    )
    def patch(self, request: Request, plan_id: int, goal_id: int) -> GoalDetail:
        """Other words, or another amount; once the plan is published, with a reason."""
        goal = get_goal(self.actor, goal_id, self.today, plan_id=plan_id)
        change_goal(
            self.actor,
            goal=goal,
            changes=_changes(self, goal.kpi),
            expected_version=self.version,
            reason=self.body[REASON],
            at=self.at,
        )
        return goal_detail(self, get_goal(self.actor, goal_id, self.today))


_PLAN_COLUMNS = (
    "id",
    "name",
    "starts_on",
    "ends_on",
    "state",
    "expected_basis",
    "parent_id",
    "answers_by",
    "published_at",
    "closed_at",
    "version",
)


def plan_row(plan: Plan) -> PlanRow:
    """The plan's unit is expected with it."""
    unit = plan.root_unit
    return _plan_row(
        {
            **{name: getattr(plan, name) for name in _PLAN_COLUMNS},
            "root_unit_id": unit.pk,
            "root_unit__external_id": unit.external_id,
            "root_unit__name": unit.name,
        }
    )


def _plan_row(row: Mapping[str, Any]) -> PlanRow:
    return {
        "id": row["id"],
        "name": row["name"],
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "granularity": "month",
        "parent": row["parent_id"],
        "root_unit": reference(row, "root_unit"),
        "state": row["state"],
        "answers_by": row["answers_by"],
        "expected_basis": row["expected_basis"],
        "published_at": row["published_at"],
        "closed_at": row["closed_at"],
        "version": row["version"],
    }


def _moved(view: TenantView, service: Callable[..., Plan], plan_id: int, **said: Any) -> PlanRow:
    plan = get_plan(view.actor, plan_id, view.today)
    return plan_row(service(view.actor, plan=plan, expected_version=view.version, at=view.at, **said))


def _changes(view: TenantView, kpi: Kpi) -> GoalChanges:
    """What was sent of a goal, amounts as they are stored."""
    sent = view.body.only(GOAL_AMOUNT, STRETCH, BASELINE, *WORDS)
    for name in ("amount", "stretch", "baseline"):
        if sent.get(name) is not None:
            sent[name] = to_stored(sent[name], kpi, view.actor.organisation.currency, field=name)
    for name in ("objective", "owner"):
        if name in sent:
            sent[f"{name}_id"] = sent.pop(name)
    return cast("GoalChanges", sent)


def goal_row(goal: Goal, actor: Actor, sight: Sight, part: Part | None) -> GoalRow:
    amounts, is_seen = Amounts(goal, actor), sight.of_unit(goal.plan.root_unit_id)
    return {
        "id": goal.pk,
        "plan": goal.plan_id,
        "kpi": goal.kpi.key,
        "unit": goal.kpi.unit,
        "currency": actor.organisation.currency,
        "amount": amounts(goal.amount) if is_seen else None,
        "stretch": amounts(goal.stretch) if is_seen else None,
        "baseline": amounts(goal.baseline) if is_seen else None,
        "part_of_whole": amounts(part.whole.amount) if part and is_seen else None,
        "drift": amounts(goal.drift) if is_seen else None,
        "open_drift": amounts(part.open_drift) if part and is_seen else None,
        "units_adrift": [_adrift(team, amounts) for team in part.teams] if part and is_seen else [],
        "drift_reason": goal.drift_reason,
        "objective": goal.objective_id,
        "owner": goal.owner_id,
        "why": goal.why,
        "achievable_because": goal.achievable_because,
        "weight_bp": goal.weight_bp,
        "version": goal.version,
    }


def _adrift(team: Team, amounts: Amounts) -> UnitAdrift:
    return {
        "unit": team.unit_id,
        "name": team.name,
        "amount": amounts(team.amount),
        "part_of_whole": amounts(team.whole.amount),
        "is_recorded": not team.is_open,
    }


def goal_detail(view: TenantView, goal: Goal) -> GoalDetail:
    sight = sight_of(view.actor, view.today)
    letters = smart_findings(goal, on=view.today) if sight.of_unit(goal.plan.root_unit_id) else ()
    return {
        **goal_row(goal, view.actor, sight, part_above(goal)),
        "smart": [_letter_row(letter) for letter in letters],
    }


def _letter_row(finding: Finding) -> LetterRow:
    return {
        "letter": finding.letter,
        "ok": finding.ok,
        "missing": finding.missing.render(gettext) if finding.missing else None,
        "mend": finding.mend.render(gettext) if finding.mend else None,
    }
