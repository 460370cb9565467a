"""Alerts: one open one for each subject, shown to the holder and whoever manages them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from salestargets.alerts.models import Alert, Rule, Severity
from salestargets.alerts.selectors import get_alert, inbox
from salestargets.alerts.services.alerts import Finding, acknowledge, apply, open_severities
from salestargets.alerts.services.rules import change_rule, install_rules
from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation, Person, Unit
from tests.builders import NOON, START, World, a_world
from tests.lasting import lasting
from tests.targets.builders import lead_of, member

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


@lasting
def world() -> World:
    world = a_world()
    raised(world.other, {"theirs": found(world.charlie)})
    return world


def found(holder: Unit | Person, severity: Severity = Severity.WARNING, **facts: Any) -> Finding:
    is_unit = isinstance(holder, Unit)
    return Finding(severity, holder.pk if is_unit else None, None if is_unit else holder.pk, facts)


def raised(organisation: Organisation, evaluated: dict[str, Finding | None], *, at: Any = NOON) -> None:
    with acting_for(organisation.pk):
        apply(Rule.objects.get(key="pace"), evaluated, at=at)


def everything(organisation: Organisation) -> list[dict[str, Any]]:
    with acting_for(organisation.pk):
        return list(Alert.objects.order_by("subject", "id").values())


def seen(actor: Actor) -> set[str]:
    with acting_for(actor.organisation.pk):
        return {alert.subject for alert in inbox(actor, NOON.date())}


def test_a_subject_has_one_open_alert_however_often_it_is_found(world: World) -> None:
    raised(world.acme, {"a": found(world.alice, pace="0.9")})
    before = everything(world.acme)
    raised(world.acme, {"a": found(world.alice, pace="0.8")}, at=LATER)
    assert everything(world.acme) == before
    assert before[0]["facts"]["pace"] == "0.9"


def test_a_new_severity_changes_the_alert_and_its_facts_and_keeps_when_it_was_raised(world: World) -> None:
    raised(world.acme, {"a": found(world.alice, pace="0.9")})
    raised(world.acme, {"a": found(world.alice, Severity.CRITICAL, pace="0.8")}, at=LATER)
    [alert] = everything(world.acme)
    assert (alert["severity"], alert["raised_at"], alert["changed_at"]) == ("critical", NOON, LATER)
    assert alert["facts"]["pace"] == "0.8"
    assert alert["facts"]["changes"] == [
        {"at": NOON.isoformat(), "to": "warning"},
        {"at": LATER.isoformat(), "to": "critical"},
    ]


def test_a_cleared_alert_stays_and_the_next_one_is_new(world: World) -> None:
    for evaluated in (found(world.alice), None, None, found(world.alice)):
        raised(world.acme, {"a": evaluated})
    first, second = everything(world.acme)
    assert (first["cleared_at"], second["cleared_at"]) == (NOON, None)


def test_what_was_not_looked_at_stays_as_it_is(world: World) -> None:
    raised(world.acme, {"a": found(world.alice), "b": found(world.bob)})
    raised(world.acme, {"a": None}, at=LATER)
    with acting_for(world.acme.pk):
        assert open_severities(Rule.objects.get(), ["a", "b"]) == {"b": Severity.WARNING}


def test_another_organisations_subject_of_the_same_name_is_not_touched(world: World) -> None:
    before = everything(world.other)
    raised(world.acme, {"theirs": found(world.alice)})
    raised(world.acme, {"theirs": None})
    assert everything(world.other) == before


@pytest.mark.parametrize("size", [1, 300])
def test_any_number_of_subjects_takes_two_statements(
    world: World, size: int, django_assert_num_queries: Any
) -> None:
    with acting_for(world.acme.pk):
        rule = Rule.objects.get()
        evaluated = {f"s{n}": found(world.alice) for n in range(size)} | {f"w{n}": None for n in range(size)}
        with django_assert_num_queries(2):
            apply(rule, evaluated, at=NOON)
        assert Alert.objects.count() == size


def test_an_alert_is_shown_to_the_holder_and_their_managers(world: World) -> None:
    holders = {"alice": world.alice, "carol": world.carol, "north": world.north, "east": world.east}
    raised(world.acme, {name: found(holder) for name, holder in holders.items()})
    assert seen(member(world.acme, Role.REP, world.alice)) == {"alice"}
    assert seen(lead_of(world.acme, world.north, "Otto")) == {"alice", "north"}
    assert seen(lead_of(world.acme, world.east)) == {"alice", "north", "east"}
    for role in (Role.ADMIN, Role.VIEWER):
        assert seen(member(world.acme, role)) == {"alice", "carol", "north", "east"}
    assert seen(system_actor(world.other)) == {"theirs"}


def the_alert(world: World, holder: Person | Unit) -> int:
    raised(world.acme, {"it": found(holder)})
    with acting_for(world.acme.pk):
        return Alert.objects.get(subject="it").pk


def test_the_first_to_acknowledge_counts(world: World) -> None:
    alert_id = the_alert(world, world.alice)
    rep, lena = member(world.acme, Role.REP, world.alice), lead_of(world.acme, world.east)
    with acting_for(world.acme.pk):
        acknowledge(rep, alert_id=alert_id, at=NOON)
        alert = acknowledge(lena, alert_id=alert_id, at=LATER)
    assert (alert.acknowledged_at, alert.acknowledged_by, alert.cleared_at) == (NOON, rep.user, None)


def test_what_gets_worse_is_to_be_acknowledged_again(world: World) -> None:
    alert_id = the_alert(world, world.alice)
    with acting_for(world.acme.pk):
        acknowledge(system_actor(world.acme), alert_id=alert_id, at=NOON)
    raised(world.acme, {"it": found(world.alice, Severity.CRITICAL)}, at=LATER)
    assert everything(world.acme)[0]["acknowledged_at"] is None


def test_an_alert_out_of_sight_does_not_exist(world: World) -> None:
    alert_id, rep = the_alert(world, world.carol), member(world.acme, Role.REP, world.alice)
    theirs = everything(world.other)[0]["id"]
    before = everything(world.acme), everything(world.other)
    with acting_for(world.acme.pk):
        for each in (alert_id, theirs, 10**15):
            with pytest.raises(NotFound):
                acknowledge(rep, alert_id=each, at=NOON)
        with pytest.raises(NotFound):
            get_alert(system_actor(world.acme), theirs, NOON.date())
    assert (everything(world.acme), everything(world.other)) == before


def test_who_only_reads_acknowledges_nothing(world: World) -> None:
    alert_id = the_alert(world, world.alice)
    reader = Actor(world.acme, frozenset({Scope.READ}), "a key", key_id=1)
    before = everything(world.acme)
    with acting_for(world.acme.pk):
        for actor in (member(world.acme, Role.VIEWER), reader):
            with pytest.raises(Forbidden):
                acknowledge(actor, alert_id=alert_id, at=NOON)
    assert everything(world.acme) == before


def levels(organisation: Organisation) -> tuple[Any, ...]:
    with acting_for(organisation.pk):
        return Rule.objects.values_list(
            "is_enabled", "raise_below", "critical_below", "clear_at", "version"
        ).get()


def test_a_new_organisation_has_the_rule_on_pace_and_keeps_its_own_levels(world: World) -> None:
    assert levels(world.acme) == (True, Decimal("0.970"), Decimal("0.850"), Decimal("1.000"), 1)
    with acting_for(world.acme.pk):
        change_rule(
            system_actor(world.acme), rule=Rule.objects.get(), expected_version=1, clear_at=Decimal("1.02")
        )
        install_rules(world.acme, NOON)
    assert levels(world.acme) == (True, Decimal("0.970"), Decimal("0.850"), Decimal("1.020"), 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"raise_below": Decimal("1.01")},
        {"critical_below": Decimal("0.98")},
        {"clear_at": Decimal("0.96")},
        {"critical_below": Decimal("-0.1")},
        {"clear_at": Decimal(10)},
    ],
)
def test_levels_that_do_not_ascend_are_refused(world: World, changes: dict[str, Decimal]) -> None:
    before = levels(world.acme)
    with acting_for(world.acme.pk), pytest.raises(DomainError) as caught:
        change_rule(system_actor(world.acme), rule=Rule.objects.get(), expected_version=1, **changes)
    assert caught.value.code == "levels"
    assert levels(world.acme) == before


def test_only_administrators_change_rules_and_not_stale_ones(world: World) -> None:
    before = levels(world.acme)
    with acting_for(world.acme.pk):
        rule = Rule.objects.get()
        with pytest.raises(Forbidden):
            change_rule(lead_of(world.acme, world.east), rule=rule, expected_version=1, is_enabled=False)
        with pytest.raises(Conflict):
            change_rule(system_actor(world.acme), rule=rule, expected_version=2, is_enabled=False)
    assert levels(world.acme) == before


def test_a_manager_sees_nothing_on_a_day_before_they_managed_anyone(world: World) -> None:
    raised(world.acme, {"alice": found(world.alice)})
    lena = lead_of(world.acme, world.east)
    with acting_for(world.acme.pk):
        assert not inbox(lena, START - timedelta(days=1)).exists()
