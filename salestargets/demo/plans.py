"""The demo's plans: last quarter's, closed, and the one in progress, each made a week before it began.

The sales office submits and publishes them, the administrator approves, and most people acknowledge theirs.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kpis.selectors import actual, get_kpi
from kpis.values import Holder
from salestargets.demo.generator import DemoData, company
from salestargets.kernel.fiscal import CalendarMonths
from salestargets.kernel.periods import Period, add_months
from salestargets.tenancy.access import SCOPES, Actor
from salestargets.tenancy.choices import AssignmentRole, Role
from salestargets.tenancy.models import Assignment
from salestargets.tenancy.models.people import current_on
from salestargets.tenancy.selectors import root_unit_id
from targets.choices import Phasing, SplitMethod
from targets.models import Objective, Plan
from targets.selectors.acknowledgements import standing_asks
from targets.services.acknowledgements import acknowledge
from targets.services.months import PhaseRequest, phase
from targets.services.plans import create_goal, create_plan
from targets.services.publishing import approve_plan, close_plan, publish_plan, submit_plan
from targets.services.splits import SplitRequest, apply_split

KPI = "won_revenue"
_GROWTH_PERCENT, _STRETCH_PERCENT = 103, 110
#: Targets are round: to 100,000 yuan for the company, to 10,000 for a person.
_ROUND, _ROUND_PERSON = 10_000_000, 1_000_000
_OBJECTIVE = "Win more of the plants that already know us 让老客户的新项目继续选择我们"
_WHY = "It pays for the new calibration laboratory 为新的校准实验室提供资金"
_CONTESTED = "Two of my customers went to the southern team 我的两家客户已划归华南团队"
#: Of every nine who were asked, the one who says nothing; and who of all contests.
_SILENT, _CONTESTS = 4, 20
_ACHIEVABLE = "A little above the average of the last four quarters 比过去四个季度的平均水平略高"


def make_plans(actor: Actor, approver: Actor, data: DemoData, *, at: datetime) -> None:
    """Cells must be up to date: the split goes by history."""
    quarter = CalendarMonths().quarter_of(data.on)
    last = Period(add_months(quarter.start, -3), quarter.start)
    finished = _publish(actor, approver, last)
    _answer(finished, silent=())
    close_plan(actor, plan=finished, at=min(at, _morning(last.end + timedelta(days=5))))
    _answer(_publish(actor, approver, quarter), silent=(data.rep,))


def _publish(actor: Actor, approver: Actor, quarter: Period) -> Plan:
    at = _morning(quarter.start - timedelta(days=7))
    amount = _amount(quarter, on=actor.organisation.today(at))
    plan = create_plan(
        actor,
        name=CalendarMonths().name(quarter),
        starts_on=quarter.start,
        ends_on=quarter.end,
        root_unit_id=root_unit_id(quarter.start),
        at=at,
    )
    objective, _made = Objective.objects.get_or_create(name=_OBJECTIVE)
    goal = create_goal(
        actor,
        plan=plan,
        kpi=get_kpi(KPI),
        amount=amount,
        details={
            "stretch": amount * _STRETCH_PERCENT // 100,
            "objective_id": objective.pk,
            "why": _WHY,
            "achievable_because": _ACHIEVABLE,
        },
        at=at,
    )
    split = SplitRequest(
        holder=None, method=SplitMethod.HISTORY, recursive=True, holds=_newcomers(quarter, amount)
    )
    apply_split(actor, goal=goal, request=split, at=at)
    phase(actor, goal=goal, request=PhaseRequest(holder=None, method=Phasing.WORKING_DAYS), at=at)
    submit_plan(actor, plan=plan, at=at)
    approve_plan(approver, plan=plan, at=at + timedelta(hours=5))
    return publish_plan(actor, plan=plan, at=at + timedelta(hours=6))


def _answer(plan: Plan, *, silent: Collection[str]) -> None:
    """Most take their number within two days; a few have said nothing, and one contests it."""
    at = _morning(plan.starts_on - timedelta(days=5))
    for n, ask in enumerate(standing_asks().filter(target__goal__plan=plan).order_by("id")):
        if ask.person.external_id in silent or n % 9 == _SILENT:
            continue
        who = Actor(
            organisation=ask.organisation,
            scopes=SCOPES[Role.REP],
            name=ask.person.name,
            role=Role.REP,
            person_id=ask.person_id,
        )
        contests = n == _CONTESTS
        acknowledge(
            who,
            target=ask.target,
            version=ask.version_number,
            is_contested=contests,
            comment=_CONTESTED if contests else "",
            at=at,
        )


def _amount(quarter: Period, *, on: date) -> int:
    """A little above the average of the four quarters before."""
    year = Period(add_months(quarter.start, -12), quarter.start)
    won = actual(Holder("unit", root_unit_id(quarter.start)), get_kpi(KPI), year, on=on).numerator
    return won * _GROWTH_PERCENT // 400 // _ROUND * _ROUND


def _newcomers(quarter: Period, amount: int) -> dict[Holder, int]:
    """Who came within the last half year has little history, and holds half of an average rep's number."""
    reps = Assignment.objects.filter(current_on(quarter.start), role=AssignmentRole.MEMBER)
    new = reps.filter(person__hired_on__gt=quarter.start - timedelta(days=183))
    half = amount // (2 * reps.count()) // _ROUND_PERSON * _ROUND_PERSON
    return {Holder("person", person_id): half for person_id in new.values_list("person_id", flat=True)}


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(10), ZoneInfo(company.TIME_ZONE))
