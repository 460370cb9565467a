"""KPIs that an administrator builds: what they count, and what they refuse."""

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpis.catalogue import BUILT_IN
from kpis.domain.formulas import Window
from kpis.domain.recipes import Condition, Ingredient, Recipe
from kpis.models import Closing, Correction, Definition, DirtyKey, Kpi, LeafCell, Selection, UnitCell
from kpis.recipes import check, check_unit, recipe_of, told
from kpis.selectors import actual, get_kpi, records_behind, series
from kpis.services import rebuild, verify
from kpis.services.closing import close_month
from kpis.services.definitions import (
    KpiFacts,
    change_kpi,
    create_kpi,
    preview_recipe,
    redefine_kpi,
)
from kpis.values import Holder
from pipeline.models import Channel, Customer, Product
from salestargets.kernel.errors import Conflict, DomainError, Forbidden, Stale
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Person
from salestargets.tenancy.selectors import root_unit_id
from tests.builders import NOON, World, a_member, a_world, acting_as
from tests.kpis.builders import a_deal, drained

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 12)
MAY, JUNE = Period(date(2026, 5, 1), date(2026, 6, 1)), Period(date(2026, 6, 1), date(2026, 7, 1))
QUARTER = Period(date(2026, 4, 1), date(2026, 7, 1))


@pytest.fixture
def world() -> World:
    world = a_world()
    a_deal(world.other, world.charlie, base=77_777)
    return world


def made(world: World, recipe: Recipe, *, key: str = "own", unit: str = "money") -> Kpi:
    with acting_for(world.acme.pk):
        facts = KpiFacts(name="Own", nature="outcome", direction="higher", decimals=1)
        actor = system_actor(world.acme)
        return create_kpi(actor, key=key, unit=unit, recipe=recipe, facts=facts, at=NOON)


def value(world: World, kpi: Kpi, period: Period = MAY, **more: date) -> int:
    with acting_for(world.acme.pk):
        return actual(company(), kpi, period, on=TODAY, **more).numerator


def company() -> Holder:
    return Holder("unit", root_unit_id(TODAY))


def only(measure: str, field: str, *values: object, op: str = "any") -> Recipe:
    return Recipe((Ingredient(measure, (Condition(field, op, values),)),))


def a_product(world: World, name: str, group: str = "") -> Product:
    with acting_for(world.acme.pk):
        return Product.objects.create(source="crm", external_id=name, name=name, group=group)


def test_a_kpi_counts_only_what_its_conditions_name(world: World) -> None:
    arm, belt = a_product(world, "Arm", "Robots"), a_product(world, "Belt", "Parts")
    a_deal(world.acme, world.alice, base=100, product=arm)
    a_deal(world.acme, world.bob, base=20, product=belt)
    a_deal(world.acme, world.bob, base=3)
    for number, (recipe, expected) in enumerate(
        [
            (only("won_amount", "product", arm.pk), 100),
            (only("won_amount", "product_group", "Robots", "Parts"), 120),
            (only("won_amount", "product_group", "Robots", op="none"), 23),
            (only("won_amount", "product", op="missing"), 3),
            (only("won_amount", "amount", 20, op="at_least"), 120),
            (only("won_amount", "amount", 20, op="below"), 3),
            (only("won_amount", "is_shared", True, op="is"), 0),
        ]
    ):
        kpi = made(world, recipe, key=f"own-{number}")
        assert value(world, kpi) == expected  # from the records, until it is counted
        drained(world.acme)
        assert value(world, kpi) == expected  # from the cells
        assert value(world, kpi, Period(date(2026, 5, 2), date(2026, 5, 30))) == expected
        with acting_for(world.acme.pk):
            behind = records_behind(company(), kpi, MAY, on=TODAY)
            assert behind.total.value == sum(row.value or 0 for row in behind.rows) == expected
    assert verify(world.acme.pk, at=NOON) == []


def test_it_goes_up_and_down_with_its_records(world: World) -> None:
    arm = a_product(world, "Arm", "Robots")
    kpi = made(world, only("won_amount", "product_group", "Robots"))
    drained(world.acme)
    deal = a_deal(world.acme, world.alice, base=100, product=arm)
    drained(world.acme)
    assert value(world, kpi) == 100
    with acting_for(world.acme.pk):
        deal.product = None
        deal.save()
    drained(world.acme)
    assert value(world, kpi) == 0
    with acting_for(world.acme.pk):
        assert not LeafCell.objects.filter(measure__contains=":").exists()


def test_a_field_of_what_a_record_names_is_followed_too(world: World) -> None:
    arm = a_product(world, "Arm", "Robots")
    a_deal(world.acme, world.alice, base=100, product=arm)
    kpi = made(world, only("won_amount", "product_group", "Robots"))
    drained(world.acme)
    with acting_for(world.acme.pk):
        Product.objects.filter(pk=arm.pk).update(group="Parts")
    drained(world.acme)
    assert value(world, kpi) == 0
    assert verify(world.acme.pk, at=NOON) == []


def test_a_rename_that_no_filter_asks_for_computes_nothing_again(world: World) -> None:
    arm = a_product(world, "Arm", "Robots")
    drained(world.acme)
    with acting_for(world.acme.pk):
        Product.objects.filter(pk=arm.pk).update(group="Parts", name="An arm")
        assert not DirtyKey.objects.exists()


def test_shares_are_filtered_like_whole_deals(world: World) -> None:
    arm = a_product(world, "Arm", "Robots")
    a_deal(world.acme, world.alice, base=100, product=arm, shares={world.alice: 60, world.bob: 40})
    kpi = made(world, only("won_amount", "product", arm.pk))
    drained(world.acme)
    with acting_for(world.acme.pk):
        bob = actual(Holder("person", world.bob.pk), kpi, MAY, on=TODAY)
    assert (bob.numerator, value(world, kpi)) == (40, 100)


def test_growth_compares_the_days_that_have_come_with_the_same_a_year_before(world: World) -> None:
    a_deal(world.acme, world.alice, base=150, closed_on=date(2026, 5, 4))
    a_deal(world.acme, world.alice, base=100, closed_on=date(2025, 5, 12))
    a_deal(world.acme, world.alice, base=900, closed_on=date(2025, 5, 13))  # this year that day is to come
    drained(world.acme)
    alice = Holder("person", world.alice.pk)  # who was in no unit a year before
    with acting_for(world.acme.pk):
        growth = get_kpi("revenue_growth")
        found = actual(alice, growth, MAY, on=TODAY)
        assert (found.numerator, found.denominator) == (50, 100)
        finished = actual(alice, growth, MAY, on=date(2026, 7, 1))
        assert (finished.numerator, finished.denominator) == (150 - 1000, 1000)
        as_of = actual(alice, growth, MAY, on=TODAY, as_of=date(2026, 5, 12))
        assert as_of.value is None  # a year before, nothing was won before the 12th
        behind = records_behind(alice, growth, MAY, on=TODAY)
        assert [row.value for row in behind.rows] == [150, -100]
        assert behind.total.value == 50
        [months] = series([alice], growth, QUARTER, by="month", on=date(2026, 7, 1)).values()
        assert {month: part.numerator for month, part in months.items()} == {date(2026, 5, 1): -850}


def test_a_measure_of_twelve_months_looks_back_from_the_end_of_the_period(world: World) -> None:
    a_deal(world.acme, world.alice, base=5, closed_on=date(2025, 5, 12))
    a_deal(world.acme, world.alice, base=70, closed_on=date(2025, 5, 13))
    a_deal(world.acme, world.alice, base=200, closed_on=date(2026, 5, 1))
    recipe = Recipe((Ingredient("won_amount", window=Window.TRAILING_YEAR),))
    kpi = made(world, recipe)
    drained(world.acme)
    alice = Holder("person", world.alice.pk)
    with acting_for(world.acme.pk):
        assert actual(alice, kpi, MAY, on=TODAY).numerator == 270
        earlier = Period(date(2025, 4, 1), date(2025, 5, 13))
        assert actual(alice, kpi, earlier, on=TODAY).numerator == 5
    with acting_for(world.acme.pk), pytest.raises(DomainError) as refused:
        series([company()], kpi, MAY, by="month", on=TODAY)
    assert refused.value.code == "stock_has_no_days"


def test_a_score_is_a_quotient_times_a_hundred_and_days_count_the_days(world: World) -> None:
    a_deal(world.acme, world.alice, base=100)
    a_deal(world.acme, world.alice, status="lost")
    score = made(
        world,
        Recipe((Ingredient("won_count"), Ingredient("lost_count", sign=-1)), (Ingredient("won_count"),), 100),
        unit="score",
    )
    days = made(
        world,
        Recipe((Ingredient("lost_amount"),), (Ingredient("won_amount"),), times_days=True),
        key="days",
        unit="days",
    )
    drained(world.acme)
    with acting_for(world.acme.pk):
        assert actual(company(), score, MAY, on=TODAY).value == 0
        assert actual(company(), days, MAY, on=TODAY).value == 12 * 100  # 10,000 cents lost over 100 won
        assert actual(company(), days, MAY, on=date(2026, 8, 1)).value == 31 * 100


def test_past_months_keep_the_definition_that_held_in_them(world: World) -> None:
    arm = a_product(world, "Arm", "Robots")
    for month in (4, 5, 6):
        a_deal(world.acme, world.alice, base=month, closed_on=date(2026, month, 4))
        a_deal(world.acme, world.alice, base=month * 100, closed_on=date(2026, month, 4), product=arm)
    kpi = made(world, Recipe((Ingredient("won_amount"),)))
    drained(world.acme)
    kpi = redefined(world, kpi, only("won_amount", "product", arm.pk), date(2026, 6, 1))
    drained(world.acme)
    assert [value(world, kpi, Period(date(2026, m, 1), date(2026, m + 1, 1))) for m in (4, 5, 6)] == [
        404,
        505,
        600,
    ]
    assert value(world, kpi, QUARTER) == 404 + 505 + 600
    with acting_for(world.acme.pk):
        behind = records_behind(company(), kpi, QUARTER, on=TODAY)
        assert behind.total.value == sum(row.value or 0 for row in behind.rows) == 1509
        [months] = series([company()], kpi, QUARTER, by="month", on=TODAY).values()
        assert [part.numerator for part in months.values()] == [404, 505, 600]
        assert Definition.objects.filter(kpi=kpi).count() == 2


def redefined(world: World, kpi: Kpi, recipe: Recipe, holds_from: date, **more: object) -> Kpi:
    with acting_for(world.acme.pk):
        return redefine_kpi(
            system_actor(world.acme),
            kpi=kpi,
            recipe=recipe,
            holds_from=holds_from,
            **{"reason": "Narrower", "expected_version": kpi.version, "at": NOON, **more},
        )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"holds_from": date(2026, 4, 1)}, "in_the_past"),
        ({"holds_from": date(2026, 6, 2)}, "not_a_month"),
        ({"reason": " "}, "required"),
        ({"recipe": Recipe((Ingredient("won_amount"),))}, "nothing_changed"),
        ({"recipe": Recipe((Ingredient("won_amount"),), (Ingredient("won_count"),))}, "other_shape"),
        ({"recipe": Recipe((Ingredient("won_count"),))}, "wrong_unit"),
        ({"recipe": Recipe((Ingredient("lost_amount"),), multiplier=2)}, "other_shape"),
    ],
)
def test_a_definition_is_refused_with_what_to_do(world: World, changed: dict[str, object], code: str) -> None:
    kpi = made(world, Recipe((Ingredient("won_amount"),)))
    asked = {"recipe": Recipe((Ingredient("lost_amount"),)), "holds_from": date(2026, 6, 1), **changed}
    with pytest.raises(DomainError) as refused:
        redefined(world, kpi, **asked)  # type: ignore[arg-type]
    assert refused.value.code == code
    with acting_for(world.acme.pk):
        assert Definition.objects.filter(kpi=kpi).count() == 1


def test_definitions_follow_one_another_and_none_is_overwritten(world: World) -> None:
    kpi = made(world, Recipe((Ingredient("won_amount"),)))
    kpi = redefined(world, kpi, Recipe((Ingredient("lost_amount"),)), date(2026, 7, 1))
    with pytest.raises(DomainError) as refused:
        redefined(world, kpi, Recipe((Ingredient("created_amount"),)), date(2026, 6, 1))
    assert refused.value.code == "not_the_newest"
    with pytest.raises(Stale):
        redefined(world, kpi, Recipe((Ingredient("created_amount"),)), date(2026, 8, 1), expected_version=1)
    kpi = redefined(world, kpi, Recipe((Ingredient("created_amount"),)), date(2026, 7, 1))  # not begun yet
    with acting_for(world.acme.pk):
        assert Definition.objects.filter(kpi=kpi).count() == 2


@pytest.mark.parametrize(
    ("recipe", "code"),
    [
        (Recipe(()), "required"),
        (Recipe((Ingredient("nothing"),)), "unknown_measure"),
        (Recipe((Ingredient("won_amount"), Ingredient("won_count"))), "mixed_units"),
        (Recipe((Ingredient("won_amount"),), multiplier=100), "no_quotient"),
        (Recipe((Ingredient("won_amount"),), (Ingredient("won_count"),), 0), "out_of_range"),
        (Recipe((Ingredient("won_amount"),) * 9), "too_many"),
        (only("won_amount", "weather", "rain"), "invalid_filter"),
        (only("won_amount", "product", 10**9), "invalid_filter"),
        (only("won_amount", "product", "GTX"), "invalid_filter"),
        (only("won_amount", "product"), "invalid_filter"),
        (only("won_amount", "amount", 1, 2, op="at_least"), "invalid_filter"),
        (only("won_amount", "amount", 1, op="any"), "invalid_filter"),
        (only("won_amount", "is_shared", 1, op="is"), "invalid_filter"),
        (only("won_amount", "industry", "Steel", op="given"), "invalid_filter"),
    ],
)
def test_what_cannot_be_counted_is_refused(world: World, recipe: Recipe, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        made(world, recipe)
    assert refused.value.code == code
    with acting_for(world.acme.pk):
        assert not Kpi.objects.filter(key="own").exists()


def test_a_unit_must_fit_what_is_counted(world: World) -> None:
    with pytest.raises(DomainError) as refused:
        made(world, Recipe((Ingredient("won_amount"),), (Ingredient("won_count"),)), unit="percent")
    assert refused.value.code == "wrong_unit"
    assert refused.value.params == {"units": "Money"}


def test_a_key_is_made_of_the_name_and_taken_once(world: World) -> None:
    kpi = made(world, Recipe((Ingredient("won_amount"),)), key="")
    assert kpi.key == "own"
    with pytest.raises(Conflict) as refused:
        made(world, Recipe((Ingredient("won_amount"),)))
    assert (refused.value.code, refused.value.field) == ("duplicate", "key")
    with pytest.raises(DomainError) as reserved:
        made(world, Recipe((Ingredient("won_amount"),)), key="new")
    assert reserved.value.code == "required"


def test_only_administrators_build(world: World) -> None:
    recipe = Recipe((Ingredient("won_amount"),))
    facts = KpiFacts(name="Own")
    with acting_for(world.acme.pk):
        for role in (Role.MANAGER, Role.REP, Role.VIEWER):
            actor = acting_as(world.acme, a_member(world.acme, f"{role}@acme.example", role))
            with pytest.raises(Forbidden):
                create_kpi(actor, key="own", unit="money", recipe=recipe, facts=facts, at=NOON)
            with pytest.raises(Forbidden):
                change_kpi(actor, kpi=get_kpi("win_rate"), facts=facts, expected_version=None)


def test_a_preview_gives_the_value_and_keeps_nothing(world: World) -> None:
    arm = a_product(world, "Arm")
    a_deal(world.acme, world.alice, base=100, product=arm)
    a_deal(world.acme, world.bob, base=None, product=arm)
    recipe = only("won_amount", "product", arm.pk)
    with acting_for(world.acme.pk):
        before = Selection.objects.count()
        found = preview_recipe(recipe, holder=company(), period=MAY, on=TODAY)
        assert (found.value.numerator, found.records, found.not_priced) == (100, 2, 1)
        assert Selection.objects.count() == before


def test_a_retired_kpi_is_measured_on_and_a_built_in_one_may_have_another_name(world: World) -> None:
    with acting_for(world.acme.pk):
        actor = system_actor(world.acme)
        kpi = get_kpi("win_rate")
        facts = KpiFacts(name="Hit rate", about="Of what closed, what was won.", is_retired=True)
        kpi = change_kpi(actor, kpi=kpi, facts=facts, expected_version=kpi.version)
        assert (str(kpi.label), str(kpi.description)) == ("Hit rate", "Of what closed, what was won.")
        kpi = change_kpi(actor, kpi=kpi, facts=KpiFacts(name=""), expected_version=kpi.version)
        assert str(kpi.label) == "Win rate"


def test_the_catalogue_can_be_counted_as_it_says(world: World) -> None:
    with acting_for(world.acme.pk):
        for one in BUILT_IN.values():
            check_unit(check(one.recipe), one.unit)
            kpi = get_kpi(one.key)
            assert recipe_of(kpi) == one.recipe
            assert told(one.recipe)
            assert len(kpi.numerator) <= 500


def test_a_recipe_is_told_in_words(world: World) -> None:
    arm = a_product(world, "Arm")
    with acting_for(world.acme.pk):
        web = Channel.objects.create(source="crm", external_id="W", name="Web")
        recipe = Recipe(
            (
                Ingredient("won_amount", (Condition("product", "any", (arm.pk,)),)),
                Ingredient("lost_amount", (Condition("channel", "none", (web.pk,)),), sign=-1),
            ),
            (Ingredient("won_amount", window=Window.YEAR_BEFORE),),
        )
        assert told(recipe) == (
            "(Amount of won deals (Product is any of Arm) − Amount of lost deals (Channel is none of Web))"
            " ÷ Amount of won deals (in the same days a year earlier)"
        )


conditions = st.lists(
    st.one_of(
        st.builds(lambda n: ("product", "any", n), st.integers(0, 2)),
        st.builds(lambda n: ("product_group", "none", n), st.integers(0, 1)),
        st.builds(lambda n: ("amount", "at_least", n), st.integers(0, 300)),
        st.builds(lambda n: ("customer", "missing", n), st.just(0)),
    ),
    min_size=1,
    max_size=2,
)
deals = st.lists(
    st.tuples(
        st.integers(0, 2),  # person
        st.sampled_from(["won", "lost"]),
        st.one_of(st.none(), st.integers(0, 300)),  # base
        st.dates(date(2025, 3, 1), date(2026, 5, 30)),
        st.integers(0, 3),  # product, 3: none
        st.booleans(),  # has a customer
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chosen=conditions,
    records=deals,
    window=st.sampled_from(list(Window)),
    start=st.dates(date(2026, 1, 1), TODAY),
)
def test_any_filter_counts_what_plain_counting_counts_and_its_records_sum_to_it(
    world: World, chosen: list[tuple[str, str, int]], records: list, window: Window, start: date
) -> None:
    period = Period(start, date(2026, 6, 1))
    with transaction.atomic():
        products = [a_product(world, f"P{n}", f"G{n % 2}") for n in range(3)]
        with acting_for(world.acme.pk):
            customer = Customer.objects.create(source="crm", external_id="C", name="C")
        people = [world.alice, world.bob, world.carol]
        for person, status, base, day, product, has_customer in records:
            a_deal(
                world.acme,
                people[person],
                status=status,
                base=base,
                closed_on=day,
                product=products[product] if product < 3 else None,
                customer=customer if has_customer else None,
            )
        values = {
            "product": lambda n: (products[n].pk,),
            "product_group": lambda n: (f"G{n}",),
            "amount": lambda n: (n,),
            "customer": lambda n: (),
        }
        built = [Condition(field, op, values[field](n)) for field, op, n in chosen]
        kpi = made(world, Recipe((Ingredient("won_amount", tuple(built), window=window),)), key="any")

        def counts(record: tuple) -> bool:
            _person, status, base, day, product, has_customer = record
            first, last = period.start, TODAY if window else date(2026, 5, 31)
            if window == Window.YEAR_BEFORE:
                first, last = first.replace(year=2025), last.replace(year=2025)
            elif window == Window.TRAILING_YEAR:
                first = date(2025, 5, 13)
            fits = {
                "product": lambda n: product == n,
                "product_group": lambda n: product == 3 or product % 2 != n,
                "amount": lambda n: base is not None and base >= n,
                "customer": lambda n: not has_customer,
            }
            return status == "won" and first <= day <= last and all(fits[f](n) for f, _op, n in chosen)

        for number, person in enumerate(people):
            theirs = [record for record in records if record[0] == number and counts(record)]
            check_person(world, kpi, person, period, theirs)
        drained(world.acme)
        rebuild(world.acme.pk, at=NOON)
        for number, person in enumerate(people):
            theirs = [record for record in records if record[0] == number and counts(record)]
            check_person(world, kpi, person, period, theirs)
        transaction.set_rollback(True)


def check_person(world: World, kpi: Kpi, person: Person, period: Period, theirs: list) -> None:
    holder = Holder("person", person.pk)
    with acting_for(world.acme.pk):
        behind = records_behind(holder, kpi, period, on=TODAY, limit=50)
        expected = sum(record[2] or 0 for record in theirs)
        assert actual(holder, kpi, period, on=TODAY).numerator == expected
        assert behind.total.value == sum(row.value or 0 for row in behind.rows) == expected
        assert behind.total.rows == len(theirs)


def test_what_no_definition_is_made_of_any_more_is_not_counted_and_its_cells_go(world: World) -> None:
    arm = a_product(world, "Arm", "Robots")
    for month in (4, 5):
        a_deal(world.acme, world.alice, base=month * 100, closed_on=date(2026, month, 4), product=arm)
    kpi, other = (made(world, only("won_amount", "product", arm.pk), key=key) for key in ("robots", "same"))
    drained(world.acme)
    with acting_for(world.acme.pk):
        close_month(system_actor(world.acme), month=date(2026, 4, 1), at=NOON)
        used = Selection.objects.get(filters__0__values=[arm.pk])
    lost = only("lost_amount", "product", arm.pk)
    wins = only("won_amount", "product_group", "Robots")
    kpi = redefined(world, kpi, wins, date(2026, 6, 1))
    drained(world.acme)
    with acting_for(world.acme.pk):
        gone = Selection.objects.get(filters__0__values=["Robots"])
        assert LeafCell.objects.filter(measure=gone.key).count() == 2
    redefined(world, kpi, lost, date(2026, 6, 1))  # instead of what has not begun yet
    drained(world.acme)
    with acting_for(world.acme.pk):
        assert not Selection.objects.filter(key=gone.key).exists()
        assert not LeafCell.objects.filter(measure=gone.key).exists()
        assert not UnitCell.objects.filter(measure=gone.key).exists()
        assert LeafCell.objects.filter(measure=used.key).count() == 2  # past months and the other KPI keep it
        assert not Correction.objects.exists()
        assert gone.key not in Closing.objects.get().measures
    assert value(world, kpi, MAY) == value(world, other, MAY) == 500
    assert verify(world.acme.pk, at=NOON) == []
    redefined(world, other, wins, date(2026, 6, 1))
    drained(world.acme)
    with acting_for(world.acme.pk):
        assert LeafCell.objects.filter(measure=gone.key).count() == 2
        assert not Correction.objects.exists()
    assert verify(world.acme.pk, at=NOON) == []
