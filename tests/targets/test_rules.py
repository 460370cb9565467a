"""How an organisation plans: changed by its administrators alone, and only to what makes sense."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from salestargets.kernel.errors import Conflict, DomainError, Forbidden
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from targets.models import PlanningRules, Trigger
from targets.services.rules import (
    RuleChanges,
    TriggerChanges,
    change_rules,
    change_trigger,
    create_trigger,
)
from tests.api.clients import a_browser, an_integration
from tests.builders import World, a_member, a_world
from tests.lasting import lasting
from tests.targets.builders import member
from tests.targets.pages.conftest import visitor
from tests.targets.pages.test_plans import sent
from tests.targets.pages.test_today import text_of

pytestmark = pytest.mark.django_db

SETTINGS = "/o/acme/settings/planning/"


@lasting
def world() -> World:
    return a_world()


def rules(world: World) -> PlanningRules:
    with acting_for(world.acme.pk):
        return PlanningRules.objects.get()


def change(world: World, *, by: Actor | None = None, version: int | None = None, **changes: Any) -> None:
    with acting_for(world.acme.pk):
        change_rules(
            by or system_actor(world.acme),
            changes=RuleChanges(**changes),  # type: ignore[typeddict-item]
            expected_version=version,
        )


def a_trigger(world: World, **changes: Any) -> Trigger:
    with acting_for(world.acme.pk):
        return create_trigger(
            system_actor(world.acme),
            changes=TriggerChanges(**{"name": "A plant closed", **changes}),  # type: ignore[typeddict-item]
        )


def test_an_administrator_changes_what_they_name_and_nothing_else(world: World) -> None:
    admin = member(world.acme, Role.ADMIN)
    change(world, by=admin, ramp=[25, 50, 75], answer_days=3, version=1)
    found = rules(world)
    assert (found.ramp, found.answer_days, found.version) == ([25, 50, 75], 3, 2)
    assert (found.move_limit_bp, found.band_high) == (1_000, Decimal("1.50"))


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"move_limit_bp": 100_001}, "out_of_range", "move_limit_bp"),
    ({"answer_days": 0}, "out_of_range", "answer_days"),
    ({"band_low": Decimal(2)}, "invalid_band", "band_low"),
    ({"band_low": Decimal("-0.1")}, "invalid_band", "band_low"),
    ({"ramp": [50] * 37}, "invalid_ramp", "ramp"),
    ({"ramp": [101]}, "invalid_ramp", "ramp"),
]


@pytest.mark.parametrize(("changes", "code", "field"), REFUSED)
def test_what_makes_no_sense_is_refused(world: World, changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(DomainError) as caught:
        change(world, **changes)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert rules(world).version == 1


def test_others_change_no_rule_and_no_stale_one_is_overwritten(world: World) -> None:
    for role in (Role.MANAGER, Role.REP, Role.VIEWER):
        with pytest.raises(Forbidden):
            change(world, by=member(world.acme, role), answer_days=3)
    with pytest.raises(Conflict):
        change(world, version=7, answer_days=3)
    assert rules(world).version == 1


def test_triggers_are_added_renamed_and_switched_off(world: World) -> None:
    trigger = a_trigger(world, pace_below=Decimal("0.8"), for_days=5)
    assert trigger.position == 4  # after the four that come with the organisation
    with acting_for(world.acme.pk):
        changed = change_trigger(
            system_actor(world.acme),
            trigger=trigger,
            changes={"name": "A plant opened", "is_active": False},
            expected_version=1,
        )
    assert (str(changed), changed.is_active, changed.pace_below) == ("A plant opened", False, Decimal("0.8"))


def test_what_every_organisation_begins_with_is_called_in_the_readers_language_until_renamed(
    world: World,
) -> None:
    def names() -> list[str]:
        rows = an_integration(world.acme).get("/api/v1/triggers/", headers={"Accept-Language": "zh-hans"})
        return [row["name"] for row in rows.json()["results"]]

    chinese = names()
    assert chinese[0] == "竞争对手有动作"
    with acting_for(world.acme.pk):
        actor, first, second = system_actor(world.acme), *Trigger.objects.order_by("position")[:2]
        with override("zh-hans"):
            shown = TriggerChanges(name=chinese[0], for_days=12)
            change_trigger(actor, trigger=first, changes=shown, expected_version=None)
        change_trigger(actor, trigger=second, changes={"name": "A price war"}, expected_version=None)
        with override("en"):
            called = [str(each) for each in Trigger.objects.order_by("position")[:2]]
    assert called == ["A competitor moved", "A price war"]
    assert names() == [chinese[0], "A price war", *chinese[2:]]


def test_a_trigger_has_a_name_of_its_own(world: World) -> None:
    a_trigger(world)
    with pytest.raises(Conflict) as caught:
        a_trigger(world)
    assert caught.value.code == "exists"
    with pytest.raises(DomainError):
        a_trigger(world, name=" ")
    with pytest.raises(DomainError):
        a_trigger(world, name="Other", pace_below=Decimal(0))


def test_the_page_says_what_each_rule_means_and_saves_it(world: World) -> None:
    admin = visitor(world.acme, Role.ADMIN)
    page = text_of(admin, SETTINGS)
    assert 'name="ramp" value="30, 30, 30, 60, 60, 60"' in page
    assert "Of a full target, month by month of tenure" in page
    assert "A competitor moved" in page
    data = {
        "needs_approval": "on", "move_limit": "5", "answer_days": "10", "band_low": "0.6", "band_high": "1.4",
        "ramp": "20，40, 60%", "leaver_rule": "even", "version": 1,
    }  # fmt: skip
    sent(admin, SETTINGS, data)
    found = rules(world)
    assert (found.needs_approval, found.move_limit_bp, found.ramp) == (True, 500, [20, 40, 60])
    assert (found.leaver_rule, found.band_low, found.answer_days) == ("even", Decimal("0.60"), 10)
    assert "Someone else changed this" in sent(admin, SETTINGS, data, 422)
    assert "id_ramp_error" in sent(admin, SETTINGS, {**data, "version": 2, "ramp": "a lot"}, 422)
    assert "below its end" in sent(admin, SETTINGS, {**data, "version": 2, "band_low": "3"}, 422)


def test_triggers_are_kept_on_the_page(world: World) -> None:
    admin = visitor(world.acme, Role.ADMIN)
    sent(admin, f"{SETTINGS}triggers/new/", {"name": "Strike", "pace_below": "80", "for_days": "5"})
    with acting_for(world.acme.pk):
        trigger = Trigger.objects.get(name="Strike")
    assert (trigger.pace_below, trigger.for_days) == (Decimal("0.8"), 5)
    assert "below 80% of what is expected, for 5 days" in text_of(admin, SETTINGS)
    path = f"{SETTINGS}triggers/{trigger.pk}/"
    sent(admin, path, {"name": "Strike", "for_days": "5", "version": 1})
    with acting_for(world.acme.pk):
        trigger.refresh_from_db()
    assert (trigger.is_active, trigger.pace_below) == (False, None)
    refusal = sent(admin, path, {"name": "A competitor moved", "for_days": "5", "version": 2}, 422)
    assert "There is a trigger of this name already." in refusal
    manager = visitor(world.acme, Role.MANAGER, world.mona)
    for each in (SETTINGS, path, f"{SETTINGS}triggers/new/"):
        assert manager.get(each).status_code == 403


def test_the_rules_over_rest(world: World) -> None:
    api = an_integration(world.acme)
    answer = api.get("/api/v1/planning-rules/")
    assert (answer.json()["band_high"], answer.json()["ramp"]) == ("1.50", [30, 30, 30, 60, 60, 60])
    changed = api.send(
        "PATCH", "/api/v1/planning-rules/", {"band_high": "1.75"}, **{"If-Match": answer["ETag"]}
    )
    assert (changed.status_code, changed.json()["band_high"]) == (200, "1.75")
    stale = api.send(
        "PATCH", "/api/v1/planning-rules/", {"band_high": "1.60"}, **{"If-Match": answer["ETag"]}
    )
    assert stale.status_code == 412
    made = api.send("POST", "/api/v1/triggers/", {"name": "Strike", "kpi": "won_revenue"})
    assert (made.status_code, made.json()["kpi"]) == (201, "won_revenue")
    names = [row["name"] for row in api.get("/api/v1/triggers/").json()["results"]]
    assert names[-1] == "Strike"
    manager = a_browser(world.acme, a_member(world.acme, "m@acme.example", Role.MANAGER))
    assert manager.get("/api/v1/planning-rules/").status_code == 200
