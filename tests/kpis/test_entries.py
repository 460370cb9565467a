"""KPIs entered by hand: values with source and evidence, that count once another hand confirmed them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from kpis.entries import authority_of, waiting_for
from kpis.models import Entry, Kpi, LeafCell
from kpis.selectors import actual, records_behind, series
from kpis.services import rebuild, verify
from kpis.services.definitions import KpiFacts
from kpis.services.entries import confirm, create_manual_kpi, enter_value, reject, withdraw
from kpis.values import Holder, shown
from salestargets.alerts.models import Notice
from salestargets.api.services import create_key
from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from salestargets.kernel.periods import Period, month_of
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role, Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person, Unit
from salestargets.tenancy.services.people import move_person
from tests.builders import NOON, World, a_member, a_world, acting_as
from tests.kpis.builders import drained

pytestmark = pytest.mark.django_db

MAY = month_of(date(2026, 5, 1))
TODAY = date(2026, 5, 12)


@dataclass
class Scene:
    world: World
    cases: Kpi
    share: Kpi
    alice: Actor
    mona: Actor
    boss: Actor
    admin: Actor

    def enter(self, actor: Actor, kpi: Kpi, whose: Unit | Person, value: int, day: int = 4) -> Entry:
        return enter_value(
            actor,
            kpi=kpi,
            holder=holder(whose),
            dated_on=date(2026, 5, day),
            value=value,
            source="Survey",
            evidence="https://example.com/survey",
            at=NOON,
        )

    def value(self, kpi: Kpi, whose: Unit | Person, period: Period = MAY, as_of: date | None = None):
        found = actual(holder(whose), kpi, period, on=TODAY, as_of=as_of)
        return shown(found.value, kpi.unit, currency="USD", decimals=kpi.decimals)


def holder(whose: Unit | Person) -> Holder:
    return Holder("unit" if isinstance(whose, Unit) else "person", whose.pk)


@pytest.fixture
def scene():
    world = a_world()
    members = {
        "alice": a_member(world.acme, "alice@acme.example", Role.REP, person=world.alice),
        "mona": a_member(world.acme, "mona@acme.example", Role.MANAGER, person=world.mona),
        "boss": a_member(world.acme, "boss@acme.example", Role.ADMIN),
        "admin": a_member(world.acme, "second@acme.example", Role.ADMIN),
    }
    with acting_for(world.other.pk):
        theirs = create_manual_kpi(
            system_actor(world.other),
            key="cases",
            unit="count",
            facts=KpiFacts(name="Cases"),
            adds_up=True,
            at=NOON,
        )
        enter_value(
            system_actor(world.other),
            kpi=theirs,
            holder=Holder("person", world.charlie.pk),
            dated_on=TODAY,
            value=77,
            source="Survey",
            evidence="Seen",
            at=NOON,
        )
    actors = {name: acting_as(world.acme, user) for name, user in members.items()}
    with acting_for(world.acme.pk):
        at = {"at": NOON}
        cases = create_manual_kpi(
            actors["boss"],
            key="cases",
            unit="count",
            facts=KpiFacts(name="Reference cases"),
            adds_up=True,
            **at,
        )
        share = create_manual_kpi(
            actors["boss"],
            key="share",
            unit="percent",
            facts=KpiFacts(name="Market share", decimals=2),
            adds_up=False,
            **at,
        )
        yield Scene(world, cases, share, **actors)


def test_only_confirmed_values_of_people_count_and_they_roll_up_as_people_sat(scene: Scene) -> None:
    world = scene.world
    first = scene.enter(scene.alice, scene.cases, world.alice, 3, day=4)
    scene.enter(scene.mona, scene.cases, world.bob, 50)
    second = scene.enter(scene.mona, scene.cases, world.alice, 2, day=11)
    move_person(scene.admin, person=world.alice, unit=world.west, on=date(2026, 5, 10))
    drained(world.acme)
    assert scene.value(scene.cases, world.alice) == 0
    confirm(scene.admin, entry=first, at=NOON)
    confirm(scene.admin, entry=second, at=NOON)
    drained(world.acme)
    assert [scene.value(scene.cases, one) for one in (world.alice, world.east, world.west)] == [5, 3, 2]
    behind = records_behind(holder(world.east), scene.cases, MAY, on=TODAY)
    assert [(row.kind, row.record_id, row.value, row.name) for row in behind.rows] == [
        ("kpi-entries", first.pk, 3, "Survey")
    ]
    assert (behind.total.value, behind.total.rows) == (3, 1)
    days = series([holder(world.alice)], scene.cases, MAY, by="day", on=TODAY)[holder(world.alice)]
    assert {day.day: one.numerator for day, one in days.items()} == {4: 3, 11: 2}
    withdraw(scene.admin, entry=first, reason="Counted twice", at=NOON)
    drained(world.acme)
    assert [scene.value(scene.cases, one) for one in (world.alice, world.east, world.west)] == [2, 0, 2]
    before = list(LeafCell.objects.order_by("measure").values_list("measure", "value"))
    rebuild(world.acme.pk, at=NOON)
    assert list(LeafCell.objects.order_by("measure").values_list("measure", "value")) == before
    assert verify(world.acme.pk, at=NOON) == []


def test_of_a_level_the_newest_of_that_very_holder_counts_and_without_one_there_is_no_value(
    scene: Scene,
) -> None:
    world = scene.world
    early = scene.enter(scene.mona, scene.share, world.north, 123_400, day=1)
    late = scene.enter(scene.mona, scene.share, world.north, 250_000, day=11)
    again = scene.enter(scene.mona, scene.share, world.north, 260_000, day=11)
    for entry in (early, late, again):
        confirm(scene.admin, entry=entry, at=NOON)
    drained(world.acme)
    assert scene.value(scene.share, world.north) == Decimal("26.00")
    assert scene.value(scene.share, world.north, as_of=date(2026, 5, 11)) == Decimal("12.34")
    assert scene.value(scene.share, world.north, month_of(date(2026, 4, 1))) is None
    assert scene.value(scene.share, world.east) is None
    assert scene.value(scene.share, world.alice) is None
    behind = records_behind(holder(world.north), scene.share, MAY, on=TODAY)
    assert [(row.record_id, row.person_id, row.value) for row in behind.rows] == [(again.pk, 0, 260_000)]
    withdraw(scene.admin, entry=again, reason="Typing error", at=NOON)
    assert scene.value(scene.share, world.north) == Decimal("25.00")


def test_nobody_confirms_what_they_entered_or_what_is_their_own_not_by_a_key_either(scene: Scene) -> None:
    world = scene.world
    own = scene.enter(scene.mona, scene.cases, world.mona, 1)
    for_bob = scene.enter(scene.mona, scene.cases, world.bob, 1)
    of_boss = scene.enter(scene.boss, scene.cases, world.bob, 2)
    key, _plain = create_key(actor=scene.boss, name="Hers", scopes=list(Scope), at=NOON)
    by_key = Actor(organisation=world.acme, scopes=frozenset(Scope), name="Hers", key_id=key.pk)
    for actor, entry in ((scene.mona, own), (scene.mona, for_bob), (scene.boss, of_boss), (by_key, of_boss)):
        with pytest.raises(Forbidden) as refused:
            confirm(actor, entry=entry, at=NOON)
        assert refused.value.code == "own_entry"
    of_alice = scene.enter(scene.alice, scene.cases, world.alice, 1)
    with pytest.raises(Forbidden):
        confirm(scene.alice, entry=of_alice, at=NOON)
    assert confirm(scene.mona, entry=of_boss, at=NOON).state == "confirmed"
    with pytest.raises(DomainError) as decided:
        reject(scene.admin, entry=of_boss, reason="No", at=NOON)
    assert decided.value.code == "decided"


def test_a_unit_is_confirmed_by_who_leads_a_unit_above_it(scene: Scene) -> None:
    """Mona leads North itself, so that somebody above decides."""
    entry = scene.enter(scene.boss, scene.share, scene.world.north, 1)
    assert not authority_of(scene.mona, TODAY).decides(entry)
    with pytest.raises(Forbidden) as refused:
        confirm(scene.mona, entry=entry, at=NOON)
    assert refused.value.code == "not_yours"
    assert authority_of(scene.admin, TODAY).decides(entry)


def test_people_enter_for_those_they_see_and_only_days_that_have_come(scene: Scene) -> None:
    world = scene.world
    for actor, whose in ((scene.alice, world.bob), (scene.mona, world.west), (scene.mona, world.carol)):
        with pytest.raises(NotFound):
            scene.enter(actor, scene.share, whose, 1)
    viewer = acting_as(world.acme, a_member(world.acme, "viewer@acme.example", Role.VIEWER))
    with pytest.raises(Forbidden):
        scene.enter(viewer, scene.cases, world.bob, 1)
    for kpi, whose, day, code in (
        (scene.cases, world.alice, 13, "in_the_future"),
        (scene.cases, world.north, 4, "not_a_person"),
    ):
        with pytest.raises(DomainError) as refused:
            scene.enter(scene.admin, kpi, whose, 1, day=day)
        assert refused.value.code == code


def test_who_may_confirm_it_is_told_and_then_who_entered_it(scene: Scene) -> None:
    entry = scene.enter(scene.alice, scene.cases, scene.world.alice, 3)
    assert waiting_for(scene.mona, TODAY) == waiting_for(scene.admin, TODAY) == {scene.cases.pk: 1}
    assert not waiting_for(scene.alice, TODAY)
    [asked] = Notice.objects.filter(kind="kpi_entered")
    assert (asked.user, asked.path) == (scene.mona.user, "kpis/cases/")
    reject(scene.mona, entry=entry, reason="Not signed yet", at=NOON)
    [told] = Notice.objects.filter(kind="kpi_decided")
    assert (told.user, told.facts["reason"], told.facts["state"]) == (
        scene.alice.user,
        "Not signed yet",
        "rejected",
    )
    assert not waiting_for(scene.mona, TODAY)


def test_a_manual_kpi_has_a_key_of_its_own_and_shares_do_not_add_up(scene: Scene) -> None:
    def make(**more: object) -> Kpi:
        facts = KpiFacts(name="Mood")
        said = {"key": "mood", "unit": "score", "facts": facts, "adds_up": False, "at": NOON}
        return create_manual_kpi(scene.boss, **{**said, **more})

    with pytest.raises(Conflict):
        make(key="cases")
    with pytest.raises(DomainError) as refused:
        make(adds_up=True)
    assert refused.value.code == "does_not_add_up"
    with pytest.raises(Forbidden):
        create_manual_kpi(scene.mona, key="n", unit="count", facts=KpiFacts(name="N"), adds_up=True, at=NOON)
    assert (make().manual, Kpi.objects.get(key="mood").numerator.partition(":")[0]) == (
        "level",
        "entry_level",
    )
