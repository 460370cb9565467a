"""One alert for each target that falls behind: raised once, louder, cleared, never a storm."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipeline.models import Deal
from salestargets.alerts.models import Alert, Rule, Severity
from salestargets.alerts.services.rules import change_rule
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from targets.models import Goal
from targets.services import pace_rule
from targets.services.pace_rule import PACE_RULE
from targets.services.progress import refresh_progress
from targets.services.publishing import close_plan
from tests.builders import NOON, World
from tests.kpis.builders import a_deal, drained
from tests.targets.builders import a_goal, a_plan, fresh, place, split

pytestmark = pytest.mark.django_db


def alerts_of(world: World, person: Person) -> list[Alert]:
    with acting_for(world.acme.pk):
        return list(Alert.objects.filter(person=person).order_by("id"))


def pass_a_day(world: World, at: datetime = NOON) -> None:
    with acting_for(world.acme.pk):
        refresh_progress(at=at)


def test_nobody_is_warned_before_a_tenth_of_the_time_has_passed(world: World, goal: Goal) -> None:
    pass_a_day(world, datetime(2026, 4, 10, 0, 0, tzinfo=UTC))
    with acting_for(world.acme.pk):
        assert not Alert.objects.exists()


def test_everyone_behind_has_one_alert_however_often_it_is_looked_at(world: World, goal: Goal) -> None:
    for _ in range(3):
        pass_a_day(world)
    with acting_for(world.acme.pk):
        assert Alert.objects.count() == 7
        assert Alert.objects.filter(severity=Severity.CRITICAL, cleared_at=None).count() == 7
    with acting_for(world.other.pk):
        assert not Alert.objects.exists()


def test_the_alert_says_why_in_numbers(world: World, goal: Goal) -> None:
    a_deal(world.acme, world.alice, base=12_000)
    drained(world.acme)
    [alert] = alerts_of(world, world.alice)
    assert (alert.severity, alert.raised_at, alert.unit_id) == (Severity.WARNING, NOON, None)
    assert alert.facts == {
        "plan": goal.plan_id,
        "plan_name": "Q2",
        "goal": goal.pk,
        "holder": place(world.alice),
        "kpi": "won_revenue",
        "unit": "money",
        "currency": "USD",
        "target": "300.00",
        "actual": "120.00",
        "expected": "135.48",
        "pace": "0.885714",
        "as_of": "2026-05-12",
        "changes": [{"at": NOON.isoformat(), "to": "warning"}],
    }
    assert PACE_RULE.headline(alert.facts) == "At 89% of what was expected by now in “Q2”"


def test_it_gets_louder_and_softer_and_clears_and_comes_back_as_a_new_one(world: World, goal: Goal) -> None:
    a_deal(world.acme, world.alice, base=10_000)
    drained(world.acme)
    more = a_deal(world.acme, world.alice, base=2_500)
    drained(world.acme)
    [alert] = alerts_of(world, world.alice)
    assert [change["to"] for change in alert.facts["changes"]] == ["critical", "warning"]
    a_deal(
        world.acme, world.alice, base=1_000
    )  # 135.00 of 135.48: past the level of raising, not of clearing
    drained(world.acme)
    assert alerts_of(world, world.alice)[0].cleared_at is None
    last = a_deal(world.acme, world.alice, base=100)
    drained(world.acme)
    [alert] = alerts_of(world, world.alice)
    assert alert.cleared_at == NOON
    assert [change["to"] for change in alert.facts["changes"]] == ["critical", "warning", "cleared"]
    with acting_for(world.acme.pk):
        Deal.objects.filter(pk__in=[more.pk, last.pk]).update(deleted_at=NOON)
    drained(world.acme)
    first, second = alerts_of(world, world.alice)
    assert (first.pk, first.cleared_at) == (alert.pk, NOON)
    assert (second.cleared_at, second.severity) == (None, Severity.CRITICAL)


def test_of_many_targets_only_the_alerts_that_change_are_written(
    world: World, goal: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace_rule, "MANY", 1)
    pass_a_day(world)
    with acting_for(world.acme.pk):
        raised = {alert.pk: alert for alert in Alert.objects.all()}
        assert len(raised) == 7
        a_deal(world.acme, world.carol, base=60_000)
    drained(world.acme)
    pass_a_day(world)
    with acting_for(world.acme.pk):
        cleared = Alert.objects.exclude(cleared_at=None)
        assert [alert.person for alert in cleared if alert.person] == [world.carol]
        for alert in Alert.objects.filter(cleared_at=None):
            assert (alert.facts, alert.changed_at) == (raised[alert.pk].facts, raised[alert.pk].changed_at)


def test_who_reaches_the_target_is_not_warned_any_more(world: World, goal: Goal) -> None:
    pass_a_day(world)
    a_deal(world.acme, world.carol, base=60_000)
    drained(world.acme)
    [alert] = alerts_of(world, world.carol)
    assert alert.cleared_at == NOON


def test_a_rule_that_is_switched_off_clears_what_it_raised(world: World, goal: Goal) -> None:
    pass_a_day(world)
    with acting_for(world.acme.pk):
        rule = Rule.objects.get()
        change_rule(system_actor(world.acme), rule=rule, expected_version=1, is_enabled=False)
    pass_a_day(world)
    with acting_for(world.acme.pk):
        assert not Alert.objects.filter(cleared_at=None).exists()


def test_the_organisations_own_levels_decide(world: World, goal: Goal) -> None:
    with acting_for(world.acme.pk):
        low = Decimal("0.1")
        rule = Rule.objects.get()
        change_rule(
            system_actor(world.acme), rule=rule, expected_version=1, raise_below=low, critical_below=low
        )
    a_deal(world.acme, world.alice, base=2_000)
    drained(world.acme)
    assert alerts_of(world, world.alice) == []


def test_a_closed_plan_warns_nobody(world: World, goal: Goal) -> None:
    pass_a_day(world)
    with acting_for(world.acme.pk):
        at = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
        close_plan(system_actor(world.acme), plan=fresh(goal).plan, at=at)
        assert not Alert.objects.filter(cleared_at=None).exists()
        assert set(Alert.objects.values_list("cleared_at", flat=True)) == {at}


def test_a_draft_warns_nobody(world: World) -> None:
    goal = a_goal(a_plan(world.acme, starts_on=date(2026, 4, 1)), "1200.00")
    split(goal, "even")
    a_deal(world.acme, world.alice, base=2_000)
    drained(world.acme)
    pass_a_day(world)
    with acting_for(world.acme.pk):
        assert not Alert.objects.exists()
