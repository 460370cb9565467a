"""The demo's plans in force: the year's, last quarter's, closed, and that of the quarter in progress.

The head of sales makes, submits and publishes each before it begins, the administrator approves, and most
people acknowledge theirs. A quarter is planned anew from the quarters before; how it differs from its part of
the year is recorded.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kpis.selectors import actual, get_kpi
from kpis.values import Holder
from salestargets.demo.cast import Cast
from salestargets.demo.generator import DemoData, company
from salestargets.kernel.fiscal import CalendarMonths
from salestargets.kernel.periods import Period, add_months
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.selectors import root_unit_id
from targets.choices import Phasing, SplitMethod
from targets.models import Goal, Objective, Plan
from targets.selectors.acknowledgements import standing_asks
from targets.selectors.nesting import part_above
from targets.services.acknowledgements import acknowledge
from targets.services.milestones import add_milestone, change_milestone
from targets.services.months import PhaseRequest, phase
from targets.services.nesting import record_drift
from targets.services.objectives import create_objective
from targets.services.plans import GoalChanges, create_goal, create_plan
from targets.services.product_groups import GroupRule, set_product_groups
from targets.services.products import ProductSplit, split_products
from targets.services.publishing import approve_plan, close_plan, publish_plan, submit_plan
from targets.services.splits import SplitRequest, apply_split

KPI = "won_revenue"
_GROWTH_PERCENT, _STRETCH_PERCENT = 103, 110
#: Targets are round: to 100,000 yuan for the company, to 10,000 for a person.
ROUND, ROUND_PERSON = 10_000_000, 1_000_000
_OBJECTIVES = (
    (
        "Win more of the plants that already know us 让老客户的新项目继续选择我们",
        "A plant that measures with us once asks us first. Half of what we win comes from there.\n"
        "用过我们仪表的工厂，新项目会先来问我们。一半的签约来自这里。",
    ),
    (
        "Put analysers into every water project 让分析仪进入每个水务项目",
        "Analysers are bought with service, and stay for ten years.\n分析仪连同服务一起购买，一用就是十年。",
    ),
)
_WHY = "It pays for the new calibration laboratory 为新的校准实验室提供资金"
_ACHIEVABLE = "A little above the average of the last four quarters 比过去四个季度的平均水平略高"
_DRIFT = "Planned anew from what the last four quarters brought 按最近四个季度的实际重新确定"
_CONTESTED = "Two of my customers went to the southern team 我的两家客户已划归华南团队"
#: Of every nine who were asked, the one who says nothing; and who of all contests.
_SILENT, _CONTESTS = 4, 20
#: The least of all that analysers must bring, in hundredths of a percent.
_ANALYSERS_BP = 2_000
#: What is to be there on the way through a quarter: after how many days of it, and how much of the number.
_MILESTONES = (
    ("Price list and demo sets with every team 价目表与演示套件发到各团队", 12, None),
    ("Half of the number won 完成一半", 50, 50),
    ("Frame contracts for next year signed 签订明年的框架合同", 80, None),
)


@dataclass(frozen=True)
class Planning:
    """Who plans, for whom, on which day."""

    cast: Cast
    approver: Actor
    data: DemoData
    at: datetime

    @property
    def director(self) -> Actor:
        return self.cast.director

    @property
    def quarter(self) -> Period:
        return CalendarMonths().quarter_of(self.data.on)

    def before(self, moment: datetime) -> datetime:
        """Nothing in the demo has happened after it was made."""
        return min(moment, self.at)


def make_plans(planning: Planning) -> Goal:
    """Cells must be up to date: the splits go by history. The goal of the quarter in progress."""
    quarter = planning.quarter
    last = Period(add_months(quarter.start, -3), quarter.start)
    objective = _objectives(planning)[0]
    year = _plan_year(planning, objective)
    finished = _plan_quarter(planning, last, year, objective)
    _publish(planning, finished)
    _answer(planning, finished.plan, silent=())
    close_plan(
        planning.director,
        plan=finished.plan,
        at=planning.before(morning(last.end + timedelta(days=5))),
    )
    running = _plan_quarter(planning, quarter, year, objective)
    _by_product_group(planning, running)
    _publish(planning, running)
    _add_milestones(planning, running)
    _answer(planning, running.plan, silent=(planning.data.rep,))
    return running


def a_plan(
    planning: Planning,
    period: Period,
    amount: int,
    *,
    parent: Plan | None,
    objective: Objective | None,
    at: datetime,
) -> Goal:
    """A draft for the whole company, with its goal."""
    plan = create_plan(
        planning.director,
        name=CalendarMonths().name(period),
        starts_on=period.start,
        ends_on=period.end,
        root_unit_id=root_unit_id(period.start),
        parent=parent,
        at=at,
    )
    details: GoalChanges = {
        "stretch": amount * _STRETCH_PERCENT // 100,
        "owner_id": planning.director.person_id,
        "why": _WHY,
        "achievable_because": _ACHIEVABLE,
        "objective_id": objective.pk if objective else None,
    }
    return create_goal(planning.director, plan=plan, kpi=get_kpi(KPI), amount=amount, details=details, at=at)


def divide(planning: Planning, goal: Goal, *, at: datetime, recursive: bool = True) -> None:
    """By history, newcomers held; the months by working days."""
    newcomers = _newcomers(goal.plan.starts_on, goal.amount) if recursive else {}
    split = SplitRequest(holder=None, method=SplitMethod.HISTORY, recursive=recursive, holds=newcomers)
    apply_split(planning.director, goal=goal, request=split, at=at)
    by_days = PhaseRequest(holder=None, method=Phasing.WORKING_DAYS)
    phase(planning.director, goal=goal, request=by_days, at=at)


def average_quarter(until: date, quarters: int, *, on: date, growth_percent: int = _GROWTH_PERCENT) -> int:
    """A little above the average of the quarters before a day."""
    span = Period(add_months(until, -3 * quarters), until)
    won = actual(Holder("unit", root_unit_id(on)), get_kpi(KPI), span, on=on).numerator
    return won * growth_percent // (100 * quarters) // ROUND * ROUND


def morning(day: date) -> datetime:
    return datetime.combine(day, time(10), ZoneInfo(company.TIME_ZONE))


def _objectives(planning: Planning) -> Sequence[Objective]:
    """The second has no goal yet."""
    at = morning(planning.quarter.start - timedelta(days=400))
    return [
        create_objective(
            planning.director, name=name, about=about, owner_id=planning.director.person_id, at=at
        )
        for name, about in _OBJECTIVES
    ]


def _plan_year(planning: Planning, objective: Objective) -> Plan:
    """For the regions; their people get theirs by quarter."""
    year = CalendarMonths().year_of(planning.data.on)
    at = morning(year.start - timedelta(days=14))
    known = min(5 - (planning.quarter.start.month - 1) // 3, 4)
    amount = 4 * average_quarter(year.start, known, on=planning.cast.actor.organisation.today(at))
    goal = a_plan(planning, year, amount, parent=None, objective=objective, at=at)
    divide(planning, goal, recursive=False, at=at)
    _publish(planning, goal)
    plan: Plan = goal.plan
    _answer(planning, plan, silent=())
    return plan


def _plan_quarter(planning: Planning, quarter: Period, year: Plan, objective: Objective) -> Goal:
    at = morning(quarter.start - timedelta(days=7))
    goal = a_plan(
        planning,
        quarter,
        average_quarter(quarter.start, 4, on=planning.cast.actor.organisation.today(at)),
        parent=year if year.starts_on <= quarter.start else None,
        objective=objective,
        at=at,
    )
    divide(planning, goal, at=at)
    if part_above(goal) is not None:
        goal = record_drift(planning.director, goal=goal, reason=_DRIFT, at=at)
    return goal


def _by_product_group(planning: Planning, goal: Goal) -> None:
    at = morning(goal.plan.starts_on - timedelta(days=7)) + timedelta(hours=1)
    rules = [
        GroupRule(company.FLOW),
        GroupRule(company.LEVEL),
        GroupRule(company.ANALYSIS, min_share_bp=_ANALYSERS_BP),
    ]
    set_product_groups(planning.director, goal=goal, rules=rules, at=at)
    split_products(planning.director, goal=goal, request=ProductSplit(SplitMethod.HISTORY), at=at)


def _publish(planning: Planning, goal: Goal) -> None:
    """On the day it was made: submitted, approved five hours later, published."""
    plan, at = goal.plan, morning(goal.plan.starts_on - timedelta(days=7)) + timedelta(hours=2)
    submit_plan(planning.director, plan=plan, at=at)
    approve_plan(planning.approver, plan=plan, at=at + timedelta(hours=5))
    publish_plan(planning.director, plan=plan, at=at + timedelta(hours=6))
    plan.refresh_from_db()


def _add_milestones(planning: Planning, goal: Goal) -> None:
    """Those that are over are done; each on its day."""
    at = morning(goal.plan.starts_on - timedelta(days=6))
    for name, days, percent in _MILESTONES:
        due_on = goal.plan.starts_on + timedelta(days=days)
        amount = None if percent is None else goal.amount * percent // 100
        made = add_milestone(planning.director, goal=goal, name=name, due_on=due_on, amount=amount, at=at)
        if due_on < planning.data.on and amount is None:
            change_milestone(
                planning.director,
                milestone=made,
                changes={"done_on": due_on},
                expected_version=None,
                at=morning(due_on),
            )


def _answer(planning: Planning, plan: Plan, *, silent: Collection[str]) -> None:
    """Most take their number within two days; a few have said nothing, and one contests it."""
    at = morning(plan.starts_on - timedelta(days=5))
    for n, ask in enumerate(standing_asks().filter(target__goal__plan=plan).order_by("id")):
        who = planning.cast.find(ask.person_id)
        if who is None or ask.person.external_id in silent or n % 9 == _SILENT:
            continue
        contests = n == _CONTESTS
        acknowledge(
            who,
            target=ask.target,
            version=ask.version_number,
            is_contested=contests,
            comment=_CONTESTED if contests else "",
            at=at,
        )


def _newcomers(starts_on: date, amount: int) -> dict[Holder, int]:
    """Who came within the last half year has little history, and holds half of an average rep's number."""
    reps = Assignment.objects.filter(current_on(starts_on), role=AssignmentRole.MEMBER)
    new = reps.filter(person__hired_on__gt=starts_on - timedelta(days=183))
    half = amount // (2 * reps.count()) // ROUND_PERSON * ROUND_PERSON
    return {Holder("person", person_id): half for person_id in new.values_list("person_id", flat=True)}
