"""A plan split down to every person and product group, against the bare INSERT of the same rows."""

from datetime import datetime
from decimal import Decimal

from django.db import connection

from bench.bulk import load
from bench.figures import Figure, middle, seconds
from bench.organisations import Row, Size, structure
from kpis.selectors import get_kpi
from salestargets.kernel.periods import add_months, month_of
from salestargets.tenancy.access import system_actor
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.selectors import root_unit_id
from salestargets.tenancy.services.organisations import create_organisation
from targets.choices import ChangeKind
from targets.models import Change, Goal
from targets.selectors.plans import get_goal
from targets.services.plans import create_goal, create_plan
from targets.services.product_groups import GroupRule, set_product_groups
from targets.services.products import ProductSplit, split_products
from targets.services.splits import SplitRequest, apply_split

ROUNDS, GROUPS, MONTHS = 3, 10, 3
GOAL = 4
AMOUNT = 123_456_789_01

_PREPARED = """
CREATE TEMPORARY TABLE by_hand AS
SELECT unit_id, person_id, "group", given, months, computed FROM targets_target WHERE goal_id = %(goal)s
"""
_BY_HAND = """
INSERT INTO targets_target (organisation_id, goal_id, change_id, unit_id, person_id, "group", given, months,
                            computed, is_held, held_months, version)
SELECT %(organisation)s, %(goal)s, %(change)s, unit_id, person_id, "group", given, months, computed, false,
       '{}', 1
FROM by_hand
"""
_NUMBERS = """
SELECT count(*), sum(given), md5(string_agg(months::text, ',' ORDER BY unit_id, person_id, "group"))
FROM targets_target WHERE goal_id = %s
"""


def an_organisation(size: Size, *, at: datetime) -> Organisation:
    """With its structure and products in ten groups."""
    organisation, _admin = create_organisation(
        slug="planning",
        name="Planning",
        currency="CNY",
        time_zone="UTC",
        admin_email="admin@planning.example",
        at=at,
    )
    rows = structure(size)
    products: list[Row] = [
        {"external_id": f"G{n}", "name": f"Product {n}", "group": f"Group {n}"} for n in range(GROUPS)
    ]
    for kind in ("units", "people", "assignments"):
        load(organisation, kind, rows[kind], at=at)
    load(organisation, "products", products, at=at)
    return organisation


def measure(organisation: Organisation, size: Size, *, at: datetime) -> Figure:
    """Each round a plan of its own: the number of the company to all units and people, then everyone's to the
    product groups, with months, exact at every unit.
    """
    times: list[tuple[float, float]] = []
    for number in range(ROUNDS):
        ours = a_goal(organisation, f"ours {number}", at=at)
        theirs = a_goal(organisation, f"theirs {number}", at=at)
        split = seconds(lambda ours=ours: split_down(organisation, ours, at=at))  # type: ignore[misc]
        times.append((split, by_hand(organisation, ours, theirs, at=at)))
        if numbers(organisation, ours) != numbers(organisation, theirs):
            raise ValueError("The hand-written INSERT does not make the same numbers.")
    return Figure(
        name=f"Plan of {size.people * GROUPS:,} leaf targets, split",
        ours=middle([ours for ours, _theirs in times]),
        reference=middle([theirs for _ours, theirs in times]),
        unit="s",
        goal=GOAL,
        is_speed=False,
    )


def a_goal(organisation: Organisation, name: str, *, at: datetime) -> Goal:
    """A number for the whole company, for three months, with its product groups and nobody below."""
    actor, start = system_actor(organisation), month_of(at.date()).start
    with acting_for(organisation.pk):
        plan = create_plan(
            actor,
            name=name,
            starts_on=start,
            ends_on=add_months(start, MONTHS),
            root_unit_id=root_unit_id(start),
            at=at,
        )
        goal = create_goal(actor, plan=plan, kpi=get_kpi("won_revenue"), amount=AMOUNT, at=at)
        rules = [GroupRule(f"Group {n}") for n in range(GROUPS)]
        set_product_groups(actor, goal=goal, rules=rules, at=at)
        return get_goal(actor, goal.pk, at.date())


def split_down(organisation: Organisation, goal: Goal, *, at: datetime) -> None:
    actor = system_actor(organisation)
    weights = {f"Group {n}": Decimal(n + 1) for n in range(GROUPS)}
    with acting_for(organisation.pk):
        apply_split(actor, goal=goal, request=SplitRequest(None, "even", recursive=True), at=at)
        split_products(actor, goal=goal, request=ProductSplit("weights", weights=weights), at=at)


def by_hand(organisation: Organisation, ours: Goal, theirs: Goal, *, at: datetime) -> float:
    """Seconds of one statement into the same table, with its triggers, keys and policies."""
    with acting_for(organisation.pk), connection.cursor() as cursor:
        change = Change.objects.create(goal=theirs, kind=ChangeKind.SPLIT, at=at)
        cursor.execute("DELETE FROM targets_target WHERE goal_id = %s", [theirs.pk])
        cursor.execute(_PREPARED, {"goal": ours.pk})
        values = {"organisation": organisation.pk, "goal": theirs.pk, "change": change.pk}
        taken = seconds(lambda: cursor.execute(_BY_HAND, values))
        cursor.execute("DROP TABLE by_hand")
    return taken


def numbers(organisation: Organisation, goal: Goal) -> tuple[object, ...]:
    with acting_for(organisation.pk), connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [goal.pk])
        [found] = cursor.fetchall()
        return tuple(found)
