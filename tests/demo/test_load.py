"""The demo as an organisation: loaded once for each day, through services, and exact at every level."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from kpis.models import DirtyKey
from kpis.selectors import actuals, get_kpi
from kpis.services import verify
from kpis.values import Holder
from pipeline.models import Deal, UnresolvedReference
from salestargets.accounts.models import User
from salestargets.alerts.models import NoticePreference
from salestargets.alerts.selectors import inbox
from salestargets.demo.generator import company
from salestargets.demo.password import demo_password
from salestargets.demo.services import EMAILS, load_demo, sign_ins
from salestargets.kernel.errors import Conflict
from salestargets.kernel.fiscal import CalendarMonths
from salestargets.kernel.periods import add_months
from salestargets.kernel.rational import Fraction
from salestargets.tenancy.access import Actor, actor_of_member, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Assignment, Organisation, Person, Unit
from salestargets.tenancy.selectors import root_unit_id
from targets.choices import IN_FORCE, AdjustmentState, PlanState, ProposalState, Status
from targets.models import (
    Adjustment,
    Goal,
    Milestone,
    Objective,
    Plan,
    PlanMove,
    Progress,
    Proposal,
    Target,
)
from targets.selectors.acknowledgements import answers_of, awaited_of, standing_asks
from targets.selectors.adjustments import may_decide
from targets.selectors.agreement import agreement_of, asked_of
from targets.selectors.nesting import parts_of
from targets.selectors.products import mix_of
from targets.selectors.sheets import sheet_of
from targets.selectors.trees import plan_tree
from targets.selectors.worksheet import worksheet_of
from tests.builders import an_organisation
from tests.conftest import renew
from tests.databases import Copy

PASSWORD = "paper-crane-2026"


@dataclass(frozen=True)
class Demo:
    on: date
    at: datetime
    organisation: Organisation


def loaded(on: date) -> Demo:
    at = datetime.combine(on, time(10), ZoneInfo("Asia/Shanghai"))
    return Demo(on, at, load_demo(at=at, password=PASSWORD))


@pytest.fixture(
    scope="module",
    name="story",
    params=[
        pytest.param(date(2026, 11, 22), id="within a quarter"),
        pytest.param(date(2026, 10, 1), id="a quarter's first day"),
        pytest.param(date(2026, 12, 31), id="a year's last day"),
        pytest.param(date(2024, 2, 29), id="29 February"),
    ],
)
def load(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    database_copy: Copy,
) -> Iterator[Demo]:
    """One load for all the tests of a day."""
    with django_db_blocker.unblock():
        an_organisation("other")
        yield loaded(request.param)
        renew(database_copy)


@pytest.fixture
def demo(story: Demo, django_db_blocker: DjangoDbBlocker) -> Iterator[Demo]:
    """Seen from inside; whatever a test writes is taken back."""
    with django_db_blocker.unblock(), acting_for(story.organisation.pk):
        yield story
        transaction.set_rollback(True)


def has_begun(demo: Demo) -> bool:
    """Late enough in the quarter to say who is behind."""
    return (demo.on - CalendarMonths().quarter_of(demo.on).start).days > 10


def member(demo: Demo, role: Role) -> Actor:
    user = User.objects.get(email=EMAILS[role])
    actor = actor_of_member(demo.organisation, user)
    assert actor is not None
    return actor


def digest() -> str:
    """Over all rows of all tables."""
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            found.update(f"{table} {cursor.fetchone()}".encode())
    return found.hexdigest()


def test_a_second_load_changes_nothing(demo: Demo) -> None:
    before = digest()
    assert loaded(demo.on).organisation == demo.organisation
    assert digest() == before


def test_every_cell_is_what_the_records_say(demo: Demo) -> None:
    assert not DirtyKey.objects.exists()
    assert verify(demo.organisation.pk, at=demo.at) == []


def test_no_record_waits_for_another_and_every_deal_is_priced(demo: Demo) -> None:
    assert not UnresolvedReference.objects.exists()
    assert 4_000 <= Deal.objects.count() <= 6_000
    assert not Deal.objects.filter(base_minor__isnull=True).exists()
    assert set(Deal.objects.values_list("currency", flat=True)) == {"CNY", "USD", "EUR"}


def test_what_people_won_sums_to_their_team_region_and_company(demo: Demo) -> None:
    quarter = CalendarMonths().quarter_of(demo.on)
    year = CalendarMonths().year_of(quarter.start)
    won = get_kpi("won_revenue")
    units = {unit.pk: Holder("unit", unit.pk) for unit in Unit.objects.all()}
    people = [Holder("person", pk) for pk in Person.objects.values_list("id", flat=True)]
    found = actuals([*units.values(), *people], won, year, on=demo.on)
    company = found[Holder("unit", root_unit_id(demo.on))].numerator
    regions = Unit.objects.filter(kind="region").values_list("id", flat=True)
    teams = Unit.objects.filter(kind="team").values_list("id", flat=True)
    assert company == sum(found[person].numerator for person in people)
    assert company == sum(found[units[region]].numerator for region in regions)
    assert company == sum(found[units[team]].numerator for team in teams)
    deals = Deal.objects.filter(status="won", closed_on__gte=year.start, closed_on__lt=year.end)
    assert company == sum(deals.values_list("base_minor", flat=True))


def quarters() -> list[Plan]:
    """Those that give every person a number."""
    return [plan for plan in Plan.objects.all() if len(plan.period_starts) == 3]


def the_plan(demo: Demo) -> Plan:
    """Of the quarter in progress."""
    quarter = CalendarMonths().quarter_of(demo.on)
    return Plan.objects.get(starts_on=quarter.start, ends_on=quarter.end)


def test_the_year_and_its_quarter_run_one_is_closed_and_one_is_open(demo: Demo) -> None:
    quarter = CalendarMonths().quarter_of(demo.on)
    year = CalendarMonths().year_of(demo.on)
    states = {(plan.starts_on, plan.ends_on): plan.state for plan in Plan.objects.all()}
    assert states == {
        (year.start, year.end): PlanState.PUBLISHED,
        (add_months(quarter.start, -3), quarter.start): PlanState.CLOSED,
        (quarter.start, quarter.end): PlanState.PUBLISHED,
        (quarter.end, add_months(quarter.end, 3)): PlanState.OPEN,
    }
    for plan in Plan.objects.exclude(starts_on=year.start, ends_on=year.end):
        is_within = year.start <= plan.starts_on < year.end
        assert (plan.parent is not None and plan.parent.ends_on == year.end) == is_within


def test_a_quarter_says_why_it_differs_from_its_year(demo: Demo) -> None:
    goals = list(Goal.objects.filter(plan__state__in=IN_FORCE).select_related("plan", "kpi"))
    assert not any(part.is_open for part in parts_of(goals).values())
    running = Goal.objects.get(plan=the_plan(demo))
    assert running.drift != 0
    assert running.drift_reason


def test_each_plan_was_submitted_by_its_lead_and_approved_by_somebody_else(demo: Demo) -> None:
    admin = User.objects.get(email=EMAILS[Role.ADMIN])
    for plan in Plan.objects.filter(state__in=IN_FORCE):
        moves = {move.to_state: move for move in PlanMove.objects.filter(plan=plan)}
        assert moves[PlanState.APPROVED].by == admin
        lead = Person.objects.get(user=moves[PlanState.SUBMITTED].by)
        assert Assignment.objects.filter(person=lead, unit=plan.root_unit, role="manager").exists()


def test_one_objective_has_no_goal_and_one_goal_no_objective(demo: Demo) -> None:
    served = Objective.objects.filter(pk__in=Goal.objects.exclude(objective=None).values("objective"))
    assert (Objective.objects.count(), served.count()) == (2, 1)
    assert [goal.plan.state for goal in Goal.objects.filter(objective=None)] == [PlanState.OPEN]


def test_the_quarter_is_planned_by_product_group_with_its_mix(demo: Demo) -> None:
    goal = Goal.objects.select_related("plan", "kpi").get(plan=the_plan(demo))
    mix = mix_of(member(demo, Role.ADMIN), goal, at=demo.at)
    assert [line.group for line in mix.lines if line.rule] == [company.FLOW, company.LEVEL, company.ANALYSIS]
    assert (mix.balance.unallocated, mix.balance.over_assigned) == (0, 0)
    assert [line.min_share for line in mix.lines if line.min_share] == [Fraction(1, 5)]
    milestones = Milestone.objects.filter(goal=goal).order_by("due_on")
    assert milestones.count() == 3
    assert all(each.done_on is None or each.done_on < demo.on for each in milestones)


def test_next_quarter_is_in_the_making(demo: Demo) -> None:
    goal = Goal.objects.select_related("plan", "kpi").get(plan__state=PlanState.OPEN)
    assert goal.plan.answers_by > demo.on
    found = agreement_of(member(demo, Role.ADMIN), goal, at=demo.at)
    states = Counter(Proposal.objects.filter(target__goal=goal).values_list("state", flat=True))
    assert set(states) == set(ProposalState) - {ProposalState.WITHDRAWN}
    assert found.leaves - found.answered > 10
    assert not Proposal.objects.filter(target__goal=goal, made_by=None).exists()
    assert not Proposal.objects.exclude(state=ProposalState.OPEN).filter(answered_by=None).exists()
    sheet = worksheet_of(goal, on=demo.on)
    assert sheet.kept is not None
    assert sheet.amount


def test_the_rep_has_yet_to_propose_and_their_manager_to_answer(demo: Demo) -> None:
    rep, manager = member(demo, Role.REP), member(demo, Role.MANAGER)
    goal = Goal.objects.select_related("plan", "kpi").get(plan__state=PlanState.OPEN)
    assert not Proposal.objects.filter(target__person=rep.person_id).exists()
    assert [asked.goal for asked in asked_of(rep) if asked.proposal is None] == [goal]
    waiting = [line.state for line in agreement_of(manager, goal, at=demo.at).lines if line.may_answer]
    assert set(waiting) >= {ProposalState.OPEN, ProposalState.ESCALATED}


def test_one_adjustment_was_applied_and_one_waits_for_the_manager(demo: Demo) -> None:
    applied, asked = Adjustment.objects.select_related("goal__plan").order_by("id")
    assert (applied.state, asked.state) == (AdjustmentState.APPROVED, AdjustmentState.REQUESTED)
    assert applied.requested_by != applied.decided_by
    assert sum(move["after"] - move["before"] for move in applied.changes) == 0
    assert all(each.evidence and each.simulation["holders"] for each in (applied, asked))
    manager = member(demo, Role.MANAGER)
    assert asked.requested_by == User.objects.get(email=EMAILS[Role.REP])
    assert may_decide(manager, asked, plan_tree(asked.goal.plan), demo.on)


def test_nobody_but_the_four_may_sign_in_yet_and_nothing_is_mailed_to_invented_people(demo: Demo) -> None:
    others = User.objects.filter(memberships__organisation=demo.organisation).exclude(
        email__in=EMAILS.values()
    )
    assert others.count() > 50
    assert not any(user.has_usable_password() for user in others)
    declined = NoticePreference.objects.filter(by_mail=False).values_list("user", flat=True)
    assert set(declined) == {user.pk for user in others}


def test_most_people_have_acknowledged_their_number_a_few_have_not(demo: Demo) -> None:
    running = standing_asks().filter(target__goal__plan__state=PlanState.PUBLISHED)
    answers = answers_of(running)
    assert answers.contested == 1
    assert 5 <= answers.waiting < answers.asked / 5
    assert [ask.target.person_id for ask in awaited_of(member(demo, Role.REP))] != []


def test_every_target_is_given_out_to_the_cent_in_every_month(demo: Demo) -> None:
    """While next quarter's is negotiated, its numbers are not; the year's end with the regions."""
    in_force = Goal.objects.exclude(plan__state=PlanState.OPEN).filter(plan__in=quarters())
    for goal in in_force.select_related("plan", "kpi"):
        sheet = sheet_of(goal)
        leaves = [node for node, _depth in sheet.tree.walk() if not node.is_unit]
        depths = {depth for node, depth in sheet.tree.walk() if not node.is_unit}
        assert depths == {3}
        for month in (None, *sheet.months):
            assert sum(sheet.given(leaf, month) or 0 for leaf in leaves) == sheet.given(
                sheet.tree.root, month
            )
            for node, _depth in sheet.tree.walk():
                if node.is_unit:
                    below = sum(sheet.given(child, month) or 0 for child in sheet.tree.below(node))
                    assert below == sheet.given(node, month)


def test_newcomers_hold_a_number_of_their_own(demo: Demo) -> None:
    for plan in quarters():
        held = Target.objects.filter(goal__plan=plan, is_held=True)
        hired = list(held.values_list("person__hired_on", flat=True))
        assert hired
        assert all(plan.starts_on - timedelta(days=183) < day < plan.starts_on for day in hired)
        assert len(set(held.values_list("given", flat=True))) == 1


def test_progress_is_known_for_every_target(demo: Demo) -> None:
    running = Progress.objects.filter(target__goal__plan__state=PlanState.PUBLISHED)
    assert set(running.values_list("computed_on", flat=True)) == {demo.on}
    spans = Target.objects.filter(goal__plan__state__in=IN_FORCE, group="")
    assert Progress.objects.count() == spans.count()


def test_some_are_behind_some_are_ahead_and_one_region_is_at_risk(demo: Demo) -> None:
    rows = Progress.objects.filter(target__goal__plan=the_plan(demo))
    people = list(rows.filter(target__person__isnull=False).values_list("status", flat=True))
    regions = dict(
        rows.filter(target__unit__kind="region", target__person__isnull=True).values_list(
            "target__unit__external_id", "status"
        )
    )
    if not has_begun(demo):
        assert set(people) <= {Status.EARLY, Status.NO_TARGET}
        return
    assert people.count(Status.AT_RISK) >= 5
    assert people.count(Status.AHEAD) + people.count(Status.REACHED) >= 5
    assert regions["south"] == Status.AT_RISK
    assert Status.AT_RISK not in {regions["east"], regions["north"]}


def test_whoever_is_behind_has_one_alert_and_their_manager_sees_it(demo: Demo) -> None:
    everything = inbox(system_actor(demo.organisation), demo.on)
    subjects = [alert.subject for alert in everything]
    assert len(subjects) == len(set(subjects))
    running = Target.objects.filter(goal__plan=the_plan(demo)).values_list("id", flat=True)
    assert bool({f"target:{pk}" for pk in running} & set(subjects)) == has_begun(demo)
    if has_begun(demo):
        seen = {role: {alert.pk for alert in inbox(member(demo, role), demo.on)} for role in Role}
        assert seen[Role.REP]
        assert seen[Role.REP] < seen[Role.MANAGER] < seen[Role.VIEWER] == seen[Role.ADMIN]


def test_four_people_sign_in_with_the_password_that_was_made(demo: Demo) -> None:
    found = sign_ins(demo.organisation, password=PASSWORD)
    assert {one.role: one.email for one in found} == EMAILS
    assert all(one.has_this_password for one in found)
    assert not any(one.has_this_password for one in sign_ins(demo.organisation, password="another"))


@pytest.mark.django_db
def test_an_organisation_that_only_bears_the_name_is_left_alone() -> None:
    own = an_organisation("demo")
    with pytest.raises(Conflict):
        loaded(date(2026, 11, 22))
    assert list(Organisation.objects.all()) == [own]


def test_the_password_is_made_once_and_only_its_owner_reads_it(tmp_path) -> None:
    password = demo_password(tmp_path)
    assert demo_password(tmp_path) == password
    assert len(password.replace("-", "")) == 16
    assert demo_password(tmp_path / "another") != password
    assert (tmp_path / "secrets" / "demo_password").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_the_command_loads_once_and_shows_who_signs_in(tmp_path, settings, capsys) -> None:
    settings.DATA_DIR = tmp_path
    call_command("load_demo", "--on", "2026-11-22")
    assert capsys.readouterr().out == "The demo organisation is at /o/demo/.\n"
    call_command("load_demo", "--show-sign-ins")
    shown = capsys.readouterr().out
    assert all(email in shown for email in EMAILS.values())
    assert shown.endswith(f"Password       {demo_password(tmp_path)}\n")
    assert [org.slug for org in Organisation.objects.all()] == ["demo"]
