"""Templates: by which of them somebody is measured, and that what was said before stays."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.db import InternalError, transaction

from kpis.choices import Subject
from kpis.models import Template, TemplateItem, TemplateVersion
from kpis.selectors import get_kpi
from kpis.services.templates import (
    Draft,
    ItemDraft,
    change_template,
    choose_template,
    draft_of,
    install_templates,
    retire_template,
)
from kpis.templates import Fit, fits_now, fits_of_people, fits_of_units, get_template, read_shelf
from kpis.values import Holder
from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound, Stale
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import Actor, system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from salestargets.tenancy.services.people import change_person
from tests.builders import NOON, World, a_member, a_world, acting_as
from tests.kpis.builders import a_draft, a_template

pytestmark = pytest.mark.django_db

Q1, Q2, Q3 = (Period(date(2026, first, 1), date(2026, first + 3, 1)) for first in (1, 4, 7))


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def admin(world: World) -> Iterator[Actor]:
    with acting_for(world.acme.pk):
        yield system_actor(world.acme)


def known(person: Person, **values: object) -> None:
    """As the records of people know them from the start."""
    Person.objects.filter(pk=person.pk).update(**values)
    person.refresh_from_db()


def fit(person: Person, period: Period = Q2) -> Fit | None:
    return fits_of_people([person], period, person.organisation)[person.pk]


def name_of(person: Person, period: Period = Q2) -> str:
    found = fit(person, period)
    return str(found.version.template.label) if found else "none"


def test_every_organisation_begins_with_presets_whose_weights_sum_to_the_whole(world, admin):
    shelf = read_shelf()
    names = {str(version.template.label): version for version in shelf.on(Q2.start)}
    assert list(names) == ["Team lead", "New product", "New hire", "Veteran", "Unit"]
    assert {sum(item.weight_bp for item in version.items) for version in names.values()} == {10_000}
    install_templates(world.acme, NOON)
    assert Template.objects.count() == 5


def test_presets_fit_by_job_and_tenure_and_units(world, admin):
    known(world.alice, hired_on=date(2020, 1, 1))
    known(world.bob, hired_on=date(2026, 2, 1))
    known(world.mona, job="team LEAD")
    known(world.carol, job="Team lead")  # leads nothing, so that there is no unit to measure
    assert [name_of(person) for person in (world.alice, world.bob, world.mona, world.carol)] == [
        "Veteran", "New hire", "Team lead", "Veteran",
    ]  # fmt: skip
    assert fit(world.mona).holder == Holder("unit", world.north.pk)
    assert fit(world.alice).holder == Holder("person", world.alice.pk)
    assert name_of(world.bob, Q3) == "New hire"
    assert name_of(world.bob, Period(date(2026, 10, 1), date(2027, 1, 1))) == "Veteran"
    [found] = fits_of_units([world.east.pk], Q2).values()
    assert (found.version.template.key, found.holder) == ("unit", Holder("unit", world.east.pk))


def test_the_first_in_order_wins_and_units_hold_for_all_below(world, admin):
    a_template(admin, "East", a_draft("deals_won", position=1, units=(world.east,)))
    assert [name_of(person) for person in (world.alice, world.carol)] == ["East", "Veteran"]
    a_template(admin, "Teams", a_draft(position=1, subject=Subject.UNIT, units=(world.east,)))
    found = fits_of_units([world.north.pk, world.west.pk], Q2)
    names = {unit_id: str(one.version.template.label) for unit_id, one in found.items()}
    assert names == {world.north.pk: "Teams", world.west.pk: "Unit"}


def test_who_joins_within_the_period_is_taken_as_of_that_day(world, admin):
    known(world.alice, hired_on=date(2026, 5, 20))
    assert (name_of(world.alice), fit(world.alice).day) == ("New hire", date(2026, 5, 20))
    assert fit(world.alice, Q1) is None
    known(world.alice, hired_on=None, left_on=date(2026, 4, 1))
    assert fit(world.alice) is None


def test_a_version_holds_from_its_day_and_earlier_periods_keep_theirs(world, admin):
    veteran = Template.objects.get(key="veteran")
    before = read_shelf(veteran).versions[veteran.pk][0]
    change_template(
        admin, template=veteran, draft=a_draft("deals_won", position=4), starts_on=Q3.start,
        expected_version=1, reason="Revenue alone misleads", at=NOON,
    )  # fmt: skip
    assert [item.kpi.key for item in fit(world.alice, Q3).version.items] == ["deals_won"]
    assert fit(world.alice, Q2).version.row == fit(world.alice, Q1).version.row == before.row
    assert [version.row.number for version in read_shelf(veteran).versions[veteran.pk]] == [2, 1]


@pytest.mark.parametrize("model", [TemplateVersion, TemplateItem])
def test_what_a_version_says_is_never_rewritten(world, admin, model):
    with pytest.raises(InternalError), transaction.atomic():
        model.objects.update(position=9)


def test_saying_the_same_again_makes_no_version_and_a_name_changes_by_itself(world, admin):
    veteran = Template.objects.get(key="veteran")
    same = draft_of(read_shelf(veteran).versions[veteran.pk][0])
    changed = change_template(
        admin, template=veteran, draft=same, starts_on=Q3.start, expected_version=1, name="Old hand", at=NOON
    )
    assert (str(changed.label), changed.version) == ("Old hand", 2)
    assert TemplateVersion.objects.filter(template=veteran).count() == 1


def test_a_retired_template_is_taken_no_more(world, admin):
    veteran = Template.objects.get(key="veteran")
    retire_template(admin, template=veteran, starts_on=Q3.start, expected_version=1, at=NOON)
    assert (name_of(world.alice, Q2), name_of(world.alice, Q3)) == ("Veteran", "none")


def test_what_is_chosen_by_hand_wins_from_its_day_until_it_is_taken_back(world, admin):
    own = a_template(admin, "Own", a_draft(position=900))
    choose_template(admin, person=world.alice, template=own, starts_on=Q2.start, reason="Trial", at=NOON)
    choose_template(admin, person=world.alice, template=None, starts_on=Q3.start, at=NOON)
    assert [name_of(world.alice, period) for period in (Q1, Q2, Q3)] == ["Veteran", "Own", "Veteran"]
    assert fit(world.alice).is_by_hand
    assert name_of(world.bob) == "Veteran"


def test_a_promotion_changes_nothing_of_what_was_before(world, admin):
    known(world.mona, job="Team lead")
    change_person(
        admin, person=world.mona, name="Mona", email="", job="Sales rep", level="", hired_on=None,
        left_on=None, expected_version=None,
    )  # fmt: skip
    world.mona.refresh_from_db()
    future = Period(date(2099, 1, 1), date(2099, 4, 1))
    assert (name_of(world.mona, Q2), name_of(world.mona, future)) == ("Team lead", "Veteran")


def test_what_was_empty_counts_as_what_it_became_first(world, admin):
    known(world.mona, job="Team lead")
    assert name_of(world.mona, Q1) == "Team lead"


def test_nothing_of_another_organisation_fits(world):
    with acting_for(world.other.pk):
        foreign = Template.objects.get(key="veteran")
    with acting_for(world.acme.pk):
        with pytest.raises(NotFound):
            get_template(foreign.pk)
        seen = fits_now(system_actor(world.acme), NOON.date())
    assert [person.name for person, _fit in seen] == ["Alice", "Bob", "Carol", "Mona"]


def test_reading_takes_as_many_queries_for_one_as_for_all(world, admin, django_assert_num_queries):
    for people in ([world.alice], [world.alice, world.bob, world.carol, world.mona]):
        with django_assert_num_queries(7):
            fits_of_people(people, Q2, world.acme)


def test_a_manager_sees_whom_it_applies_to_below_them(world):
    user = a_member(world.acme, "mona@acme.example", Role.MANAGER, person=world.mona)
    with acting_for(world.acme.pk):
        seen = fits_now(acting_as(world.acme, user), NOON.date())
    assert [person.name for person, _fit in seen] == ["Alice", "Bob", "Mona"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"items": []}, "wrong_count"),
        ({"items": [("won_revenue", 5_000), ("won_revenue", 5_000)]}, "repeated"),
        ({"items": [("won_revenue", 5_000), ("deals_won", 4_999)]}, "weights_not_whole"),
        ({"tenure_from": 6, "tenure_to": 6}, "invalid"),
        ({"subject": Subject.UNIT, "jobs": ("Sales rep",)}, "units_have_no_job"),
        ({"position": 0}, "out_of_range"),
        ({"jobs": ("",)}, "too_short"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_made(world, admin, changes, code):
    given = {"items": [("won_revenue", 10_000)], **changes}
    items = [ItemDraft(get_kpi(key), weight) for key, weight in given.pop("items")]
    with pytest.raises(DomainError) as refused:
        a_template(admin, "New", Draft(items=items, **given))
    assert refused.value.code == code
    assert Template.objects.count() == 5


def test_an_item_whose_floor_is_above_its_cap_or_whose_target_is_negative_is_refused(world, admin):
    revenue = get_kpi("won_revenue")
    for item, code in (
        (ItemDraft(revenue, 10_000, floor_bp=9_000, cap_bp=8_000), "floor_above_cap"),
        (ItemDraft(revenue, 10_000, target=Decimal(-1)), "negative_target"),
    ):
        with pytest.raises(DomainError) as refused:
            a_template(admin, "New", Draft(items=[item]))
        assert refused.value.code == code


def test_periods_that_are_over_cannot_be_reached(world, admin):
    for write in (
        lambda day: a_template(admin, "New", a_draft(), starts_on=day),
        lambda day: choose_template(admin, person=world.alice, template=None, starts_on=day, at=NOON),
    ):
        with pytest.raises(DomainError) as refused:
            write(date(2026, 3, 31))
        assert refused.value.code == "too_early"


def test_a_person_is_not_given_a_template_for_units_or_one_that_does_not_hold(world, admin):
    unit = Template.objects.get(key="unit")
    late = a_template(admin, "Late", a_draft(), starts_on=Q3.start)
    for template, code in ((unit, "for_units"), (late, "not_held")):
        with pytest.raises(DomainError) as refused:
            choose_template(admin, person=world.alice, template=template, starts_on=Q2.start, at=NOON)
        assert refused.value.code == code


def test_names_are_taken_once_and_versions_compared(world, admin):
    with pytest.raises(Conflict):
        a_template(admin, "Veteran", a_draft())
    veteran = Template.objects.get(key="veteran")
    with pytest.raises(Stale):
        change_template(
            admin, template=veteran, draft=a_draft(), starts_on=Q2.start, expected_version=7, at=NOON
        )


def test_only_administrators_write(world):
    user = a_member(world.acme, "mona@acme.example", Role.MANAGER, person=world.mona)
    mona = acting_as(world.acme, user)
    with acting_for(world.acme.pk):
        with pytest.raises(Forbidden):
            a_template(mona, "New", a_draft())
        with pytest.raises(Forbidden):
            choose_template(mona, person=world.alice, template=None, starts_on=Q2.start, at=NOON)
        assert Template.objects.count() == 5
