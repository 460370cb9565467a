"""What changes of the organisation mean to its plans, said before they are made. None loses a number."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from kpis.changes import NewDefinition, Retirement
from kpis.models import Kpi
from salestargets.tenancy.changes import Leaving, NewCalendar, NewPlaces, NewStructure, Removal, Stays
from salestargets.tenancy.models import Organisation, Person, Unit, UnitClosure
from salestargets.tenancy.registry import Impact, register_impact
from salestargets.web.templatetags import formats
from targets.amounts import is_level, scale_of
from targets.choices import LeaverRule, PlanState
from targets.models import Goal, Plan, Target
from targets.selectors.periods import periods_of, span_of
from targets.selectors.plans import goals_of
from targets.selectors.rules import planning_rules
from targets.selectors.sheets import sheet_of
from targets.selectors.trees import Node, plan_tree
from targets.services.handover import left_from, offers_by_itself, to_start_from
from targets.templatetags.amounts import amount

#: Of the changes that a file makes at once, each costs some reads.
MOST_TOLD = 20


def register() -> None:
    register_impact(NewCalendar, of_calendar)
    register_impact(NewPlaces, of_places)
    register_impact(Leaving, of_leaving)
    register_impact(Removal, of_removal)
    register_impact(NewStructure, of_structure)
    register_impact(NewDefinition, of_definition)
    register_impact(Retirement, of_retirement)


def of_calendar(organisation: Organisation, change: NewCalendar) -> list[Impact]:
    """Plans keep the periods they were made for; those that another calendar would have given others."""
    found = []
    for plan in _plans().exclude(state=PlanState.CLOSED):
        own = periods_of(plan)
        if change.calendar.periods(span_of(plan)) != own:
            text = ngettext(
                "%(plan)s keeps its own period, with every number in it.",
                "%(plan)s keeps its own %(count)d periods, with every number in them.",
                len(own),
            )
            found.append(_impact(organisation, plan, text % {"plan": _named(plan), "count": len(own)}))
    return found


def of_definition(organisation: Organisation, change: NewDefinition) -> list[Impact]:
    """Whose actuals are counted otherwise from then on; their targets stay."""
    text = gettext("%(plan)s: what is reached is counted otherwise from then on; every target in it stays.")
    plans = _with_goals_on(change.kpi)
    if change.holds_from is not None:
        plans = plans.filter(ends_on__gt=change.holds_from)
    return [_impact(organisation, plan, text % {"plan": _named(plan)}) for plan in plans]


def of_retirement(organisation: Organisation, change: Retirement) -> list[Impact]:
    text = gettext("%(plan)s keeps its goal and goes on being measured.")
    plans = _with_goals_on(change.kpi)
    return [_impact(organisation, plan, text % {"plan": _named(plan)}) for plan in plans]


def _with_goals_on(kpi: Kpi) -> QuerySet[Plan]:
    goals = Goal.objects.filter(kpi=kpi).values("plan")
    return _plans().exclude(state=PlanState.CLOSED).filter(pk__in=goals)


def of_places(organisation: Organisation, change: NewPlaces) -> list[Impact]:
    """In plans that somebody or some unit has numbers in, and whose days it concerns."""
    of_one, place = (_of_person, _unit_of) if isinstance(change.holder, Person) else (_of_unit, _parent_of)
    numbers = _numbers(organisation, change.holder)
    found = []
    for plan in _plans().filter(_concerned(change.holder)):
        day = _first_day(change, plan)
        if day is not None:
            was = place(change, plan)
            text = of_one(change, plan, day, was) % _words(change, plan, day, was)
            found.append(_impact(organisation, plan, text, numbers.get(plan.pk, ())))
    return found + (_of_joiner(organisation, change) if isinstance(change.holder, Person) else [])


def of_leaving(organisation: Organisation, change: Leaving) -> list[Impact]:
    person = change.person
    plans = _plans().filter(_concerned(person), ends_on__gt=change.on).exclude(state=PlanState.CLOSED)
    return [_of_leaver(organisation, plan, person, change.on) for plan in plans]


def of_removal(organisation: Organisation, change: Removal) -> list[Impact]:
    numbers = _numbers(organisation, change.holder)
    text = gettext("%(plan)s refers to %(name)s: while it does, %(name)s cannot be deleted.")
    return [
        _impact(
            organisation,
            plan,
            text % {"plan": _named(plan), "name": change.holder.name},
            numbers.get(plan.pk, ()),
        )
        for plan in _plans().filter(_holding(change.holder))
    ]


def of_structure(organisation: Organisation, change: NewStructure) -> list[Impact]:
    """One by one, of units and of those whom plans have numbers for; beyond some, how many more there are."""
    people = set(Target.objects.exclude(person=None).values_list("person_id", flat=True))
    leaving = [each for each in change.leaving if each.person.pk in people]
    places = [each for each in change.places if isinstance(each.holder, Unit) or each.holder.pk in people]
    found = [impact for each in places[:MOST_TOLD] for impact in of_places(organisation, each)]
    found += [impact for each in leaving[:MOST_TOLD] for impact in of_leaving(organisation, each)]
    more = len(places[MOST_TOLD:]) + len(leaving[MOST_TOLD:])
    if more:
        text = ngettext("%(count)d more is concerned.", "%(count)d more are concerned.", more)
        found.append(Impact(text % {"count": more}))
    return found


def _of_person(change: NewPlaces, plan: Plan, day: date, was: int | None) -> str:
    if was not in _units_within(change.after, plan):
        return gettext(
            "%(plan)s: the numbers stay in %(was)s, marked as no longer in the tree, and still count there."
        )
    stays = gettext("%(plan)s: the numbers stay with %(name)s in %(was)s.")
    counts = (
        gettext("What %(name)s brings from %(day)s on counts for %(then)s.")
        if _place_on(change.after, day)
        else gettext("What %(name)s brings from %(day)s on counts for no unit.")
    )
    is_running = plan.state == PlanState.PUBLISHED and plan.starts_on < day and offers_by_itself()
    offered = gettext("What is left of them from then on is offered to be handed over, by request.")
    return " ".join([stays, counts, *([offered] if is_running else [])])


def _of_joiner(organisation: Organisation, change: NewPlaces) -> list[Impact]:
    """In plans in force in which they get a place without a number: whether they are offered a start."""
    found = []
    given = set(Target.objects.filter(person_id=change.holder.pk).values_list("goal__plan_id", "unit_id"))
    for plan in _plans().filter(state=PlanState.PUBLISHED):
        known = _units_within(change.before, plan) | {unit_id for of, unit_id in given if of == plan.pk}
        within = (stay for stay in change.after if plan.starts_on < stay.starts_on < plan.ends_on)
        new = [stay for stay in within if stay.unit_id not in known]
        if not new:
            continue  # its tree need not be read
        tree = plan_tree(plan)
        stay = next((stay for stay in new if Node(stay.unit_id or 0) in tree.labels), None)
        if stay:
            unit = Node(stay.unit_id or 0)
            details = _free_in(organisation, plan, unit, stay.starts_on)
            words = {"plan": _named(plan), "name": change.holder.name, "unit": tree.name(unit)}
            found.append(_impact(organisation, plan, _start_of(details) % words, details))
    return found


def _start_of(details: Sequence[str]) -> str:
    if not offers_by_itself():
        return gettext("%(plan)s: %(name)s joins %(unit)s, without a number until someone gives one.")
    if not details:
        return gettext(
            "%(plan)s: %(name)s joins %(unit)s, where nothing is unallocated:"
            " no number is offered to start with."
        )
    return gettext(
        "%(plan)s: %(name)s joins %(unit)s."
        " A start by the ramp, from what is unallocated there, is offered by request."
    )


def _free_in(organisation: Organisation, plan: Plan, unit: Node, day: date) -> list[str]:
    """By goal, what somebody who joins the unit on the day could be offered."""
    told = []
    for goal in goals_of([plan])[plan.pk]:
        free = 0 if is_level(goal.kpi) else to_start_from(goal, unit, day)
        if free:
            words = {
                "kpi": goal.kpi.label,
                "amount": amount(free, scale_of(goal.kpi, organisation.currency)),
            }
            told.append(gettext("%(kpi)s: %(amount)s unallocated") % words)
    return told


def _of_unit(change: NewPlaces, plan: Plan, day: date, was: int | None) -> str:
    if change.holder.pk == plan.root_unit_id:
        return gettext("%(plan)s stays with %(name)s and all below it, with every number.")
    will = _first_place(change.after, plan)
    if was == will:
        return gettext(
            "%(plan)s: %(name)s keeps its place below %(was)s, with every number below it. "
            "What is sold there from %(day)s on counts for %(then)s."
        )
    if will is not None and Node(will) in plan_tree(plan).labels:
        return gettext(
            "%(plan)s: %(name)s goes below %(will)s with every number below it; none of them changes. "
            "What is then unallocated or over-assigned above is shown."
        )
    return gettext(
        "%(plan)s: %(name)s leaves the tree. Every number below it stays, marked as no longer in the tree, "
        "and still counts."
    )


def _of_leaver(organisation: Organisation, plan: Plan, person: Person, on: date) -> Impact:
    words = {"plan": _named(plan), "name": person.name, "day": formats.day(on)}
    if plan.state != PlanState.PUBLISHED or plan.starts_on >= on or not offers_by_itself():
        text = gettext("%(plan)s: the numbers stay with %(name)s until someone changes them.")
        details: Iterable[str] = _numbers(organisation, person).get(plan.pk, ())
    else:
        text = gettext(
            "%(plan)s: what is left from %(day)s on is offered to be handed over, by request. "
            "Until that is decided the numbers stay. The rule: %(rule)s."
        )
        words["rule"] = _rule()
        details = _parted(organisation, plan, person, on)
    return _impact(organisation, plan, text % words, details)


def _rule() -> str:
    """What the system follows by itself: it knows no successor."""
    rule = planning_rules().get_leaver_rule_display()
    if planning_rules().leaver_rule != LeaverRule.SUCCESSOR:
        return str(rule)
    return gettext("%(rule)s; until one is named, the unit keeps it") % {"rule": rule}


def _parted(organisation: Organisation, plan: Plan, person: Person, on: date) -> list[str]:
    """Each number, and how much of it is left from the day on; a level has no such part."""
    told = []
    for target in _targets(person).filter(goal__plan=plan):
        line = _line(target, organisation)
        if not is_level(target.goal.kpi):
            node = Node(target.unit_id, person.pk)
            left = left_from(sheet_of(target.goal), node, on, organisation)
            words = {"number": line, "left": amount(left, scale_of(target.goal.kpi, organisation.currency))}
            line = gettext("%(number)s, of which %(left)s are left") % words
        told.append(line)
    return told


def _plans() -> QuerySet[Plan]:
    return Plan.objects.order_by("-starts_on", "name", "id")


def _concerned(holder: Unit | Person) -> Q:
    """Plans with a number of the person, or of anything that is or was below the unit."""
    if isinstance(holder, Person):
        return Q(Exists(Target.objects.filter(goal__plan=OuterRef("pk"), person=holder)))
    below = UnitClosure.objects.filter(ancestor=holder).values("descendant_id")
    return Q(root_unit=holder) | Q(Exists(Target.objects.filter(goal__plan=OuterRef("pk"), unit__in=below)))


def _holding(holder: Unit | Person) -> Q:
    """Plans that name the very holder."""
    if isinstance(holder, Person):
        return _concerned(holder)
    return Q(root_unit=holder) | Q(Exists(Target.objects.filter(goal__plan=OuterRef("pk"), unit=holder)))


def _targets(holder: Unit | Person) -> QuerySet[Any]:
    """The holder's own numbers of all products that are in force or given."""
    whose = {"person": holder} if isinstance(holder, Person) else {"unit": holder, "person": None}
    rows = Target.objects.filter(group="", **whose).select_related("goal__plan", "goal__kpi")
    return rows.annotate(in_force=Coalesce("agreed", "given")).order_by("goal__kpi__position", "id")


def _numbers(organisation: Organisation, holder: Unit | Person) -> dict[int, list[str]]:
    """Plan → the holder's own numbers, written out."""
    found: dict[int, list[str]] = {}
    for target in _targets(holder):
        found.setdefault(target.goal.plan_id, []).append(_line(target, organisation))
    return found


def _line(target: Any, organisation: Organisation) -> str:
    kpi = target.goal.kpi
    return f"{kpi.label}: {amount(target.in_force, scale_of(kpi, organisation.currency))}"


def _first_day(change: NewPlaces, plan: Plan) -> date | None:
    """Of the plan, on which the two differ."""
    turns = {day for stay in (*change.before, *change.after) for day in (stay.starts_on, stay.ends_on) if day}
    days = sorted({plan.starts_on, *(day for day in turns if plan.starts_on < day < plan.ends_on)})
    differs = (day for day in days if _place_on(change.before, day) != _place_on(change.after, day))
    return next(differs, None)


def _place_on(stays: Stays, day: date) -> int | None:
    return next((stay.unit_id for stay in stays if stay.holds_on(day)), None)


def _first_place(stays: Stays, plan: Plan) -> int | None:
    """The place a holder has in the plan's tree."""
    within = (stay.unit_id for stay in stays if stay.touches(plan.starts_on, plan.ends_on))
    return next(within, None)


def _units_within(stays: Stays, plan: Plan) -> set[int | None]:
    return {stay.unit_id for stay in stays if stay.touches(plan.starts_on, plan.ends_on)}


def _unit_of(change: NewPlaces, plan: Plan) -> int | None:
    """Where the person's numbers are, which need not be where the person is."""
    rows = Target.objects.filter(goal__plan=plan, person_id=change.holder.pk).order_by("id")
    return rows.values_list("unit_id", flat=True).last()


def _parent_of(change: NewPlaces, plan: Plan) -> int | None:
    return _first_place(change.before, plan)


def _words(change: NewPlaces, plan: Plan, day: date, was: int | None) -> dict[str, str]:
    places = {
        "was": was,
        "will": _first_place(change.after, plan),
        "then": _place_on(change.after, day),
    }
    names = dict(Unit.objects.filter(pk__in=filter(None, places.values())).values_list("pk", "name"))
    return {
        "plan": _named(plan),
        "name": change.holder.name,
        "day": formats.day(day),
        **{place: names.get(unit_id or 0, "") for place, unit_id in places.items()},
    }


def _named(plan: Plan) -> str:
    span = span_of(plan)
    return gettext("“%(name)s” (%(first)s – %(last)s, %(state)s)") % {
        "name": plan.name,
        "first": formats.day(span.start),
        "last": formats.day(span.last_day),
        "state": plan.get_state_display(),
    }


def _impact(organisation: Organisation, plan: Plan, text: str, details: Iterable[str] = ()) -> Impact:
    return Impact(text, reverse("plan", args=[organisation.slug, plan.pk]), tuple(details))
