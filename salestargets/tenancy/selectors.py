"""Reads. `get_…` are the only doors to an object: of this organisation, and within the actor's sight."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery

from salestargets.accounts.models import User
from salestargets.kernel.calendars import WorkCalendar, work_calendar
from salestargets.kernel.errors import NotFound
from salestargets.kernel.fiscal import CalendarMonths, CustomYears, FiscalCalendar, WeekPattern, YearLayout
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import AssignmentRole, FiscalPattern, Scope
from salestargets.tenancy.compiled import compiled_once
from salestargets.tenancy.models import (
    Assignment,
    FiscalYear,
    Membership,
    Mentorship,
    Organisation,
    Person,
    Unit,
    UnitClosure,
    UnitPlacement,
    WorkingDayException,
)
from salestargets.tenancy.models.people import current_on


@dataclass(frozen=True)
class UnitNode:
    """A unit in its tree on a day; the root has depth 0 and no parent."""

    id: int
    name: str
    kind: str
    parent_id: int | None
    depth: int
    managers: tuple[str, ...]
    headcount: int


def organisations_of(user: User) -> QuerySet[Organisation]:
    return Organisation.objects.filter(memberships__user=user).order_by("name", "id")


def root_unit_id(on: date) -> int:
    """The unit without a parent: every organisation has one from its first day."""
    root = UnitPlacement.objects.filter(current_on(on), parent__isnull=True).values_list("unit_id").first()
    if root is None:
        raise NotFound(N_("The organisation has no root unit on this day."), code="not_found")
    return int(root[0])


def get_unit(actor: Actor, unit_id: int, on: date) -> Unit:
    unit = Unit.objects.filter(pk=unit_id).first() if sight_of(actor, on).of_unit(unit_id) else None
    if unit is None:
        raise NotFound(N_("There is no such unit."), code="not_found")
    return unit


def get_person(actor: Actor, person_id: int, on: date) -> Person:
    seen = sight_of(actor, on).of_person(person_id)
    person = Person.objects.filter(pk=person_id).first() if seen else None
    if person is None:
        raise NotFound(N_("There is no such person."), code="not_found")
    return person


def get_assignment(actor: Actor, assignment_id: int, on: date) -> Assignment:
    """With its person and its unit."""
    row = Assignment.objects.select_related("person", "unit").filter(pk=assignment_id).first()
    if row is None or not sight_of(actor, on).of_person(row.person_id):
        raise NotFound(N_("There is no such assignment."), code="not_found")
    return row


def visible_mentorships(actor: Actor, on: date) -> QuerySet[Mentorship]:
    """Of whoever the actor sees, as mentor or as mentee; past and coming ones included."""
    rows, sight = Mentorship.objects.filter(deleted_at__isnull=True), sight_of(actor, on)
    if sight.everything:
        return rows
    return rows.filter(Q(mentor_id__in=sight.person_ids) | Q(mentee_id__in=sight.person_ids))


def get_mentorship(actor: Actor, mentorship_id: int, on: date) -> Mentorship:
    """With its two people."""
    rows = visible_mentorships(actor, on).select_related("mentor", "mentee")
    row = rows.filter(pk=mentorship_id).first()
    if row is None:
        raise NotFound(N_("There is no such mentorship."), code="not_found")
    return row


def visible_people(actor: Actor, on: date) -> QuerySet[Person]:
    sight = sight_of(actor, on)
    people = Person.objects.order_by("name", "id")
    return people if sight.everything else people.filter(pk__in=sight.person_ids)


def directory(actor: Actor, on: date, *, search: str = "", unit_id: int | None = None) -> QuerySet[Person]:
    """The visible people with `unit_id`, `unit_name` and the names of the units they manage on a day.

    `search` finds a part of name or e-mail, `unit_id` whoever belongs to a unit or below it.
    """
    held = Assignment.objects.filter(current_on(on), person=OuterRef("pk")).order_by("unit__name")
    member = held.filter(role=AssignmentRole.MEMBER)
    manages = held.filter(role=AssignmentRole.MANAGER).values("unit__name")
    people = (
        visible_people(actor, on)
        .select_related("user")
        .annotate(
            unit_id=Subquery(member.values("unit_id")[:1]),
            unit_name=Subquery(member.values("unit__name")[:1]),
            manages=ArraySubquery(manages),
        )
    )
    if search:
        people = people.filter(Q(name__icontains=search) | Q(email__icontains=search))
    if unit_id is not None:
        below = UnitClosure.objects.filter(current_on(on), ancestor_id=unit_id).values("descendant_id")
        placed = Assignment.objects.filter(current_on(on), unit_id__in=below)
        people = people.filter(pk__in=placed.values("person_id"))
    return people


def tree(actor: Actor, on: date) -> list[UnitNode]:
    """The visible units on a day, depth first, siblings by name. Four queries for any size."""
    sight = sight_of(actor, on)
    placed = UnitPlacement.objects.filter(current_on(on)).select_related("unit")
    placements = [row for row in placed if sight.of_unit(row.unit_id)]
    managers, headcounts = _staff(on)
    shown = {row.unit_id for row in placements}
    children: dict[int | None, list[UnitPlacement]] = {}
    for row in sorted(placements, key=lambda row: (row.unit.name, row.unit_id)):
        children.setdefault(row.parent_id if row.parent_id in shown else None, []).append(row)

    def walk(parent_id: int | None, depth: int) -> Iterable[UnitNode]:
        for row in children.get(parent_id, []):
            yield UnitNode(
                id=row.unit_id,
                name=row.unit.name,
                kind=row.unit.kind,
                parent_id=parent_id,
                depth=depth,
                managers=tuple(managers.get(row.unit_id, ())),
                headcount=headcounts.get(row.unit_id, 0),
            )
            yield from walk(row.unit_id, depth + 1)

    return list(walk(None, 0))


def _staff(on: date) -> tuple[dict[int, list[str]], dict[int, int]]:
    managers: dict[int, list[str]] = {}
    headcounts: dict[int, int] = {}
    rows = Assignment.objects.filter(current_on(on)).order_by("person__name")
    for unit_id, role, name in rows.values_list("unit_id", "role", "person__name"):
        if role == AssignmentRole.MANAGER:
            managers.setdefault(unit_id, []).append(name)
        else:
            headcounts[unit_id] = headcounts.get(unit_id, 0) + 1
    return managers, headcounts


def members_of(unit_ids: Iterable[int], on: date) -> dict[int, list[Person]]:
    """Unit → its member people on a day, by name."""
    rows = Assignment.objects.filter(
        current_on(on), unit_id__in=list(unit_ids), role=AssignmentRole.MEMBER
    ).select_related("person")
    found: dict[int, list[Person]] = {}
    for row in rows.order_by("person__name", "person_id"):
        found.setdefault(row.unit_id, []).append(row.person)
    return found


def assignments_of(person: Person) -> QuerySet[Assignment]:
    return Assignment.objects.filter(person=person).select_related("unit").order_by("-starts_on", "id")


def mentorships_of(person: Person) -> QuerySet[Mentorship]:
    """Those in which they are the mentor or the mentee, the newest first."""
    rows = Mentorship.objects.filter(Q(mentor=person) | Q(mentee=person), deleted_at__isnull=True)
    return rows.select_related("mentor", "mentee").order_by("-starts_on", "id")


def members(actor: Actor) -> QuerySet[Membership]:
    """Who may sign in to this organisation."""
    rows = Membership.objects.filter(organisation=actor.organisation)
    return rows.select_related("user").order_by("user__email")


def special_days(actor: Actor, span: Period) -> QuerySet[WorkingDayException]:
    """Days of a span that differ from the calendar."""
    actor.require(Scope.READ)
    return WorkingDayException.objects.filter(day__gte=span.start, day__lt=span.end).order_by("day")


def people_who_sign_in(actor: Actor) -> dict[int, Person]:
    """User id → the person they are."""
    actor.require(Scope.ADMIN)
    people = Person.objects.filter(user__isnull=False)
    return {person.user_id: person for person in people if person.user_id is not None}


def fiscal_calendar_of(organisation: Organisation) -> FiscalCalendar:
    """The years, quarters and periods that the organisation counts by. One query if its years are listed."""
    month, named_after = organisation.fiscal_year_start_month, organisation.fiscal_year_named_after
    match organisation.fiscal_pattern:
        case FiscalPattern.MONTHS:
            return CalendarMonths(month, named_after)
        case FiscalPattern.CUSTOM:
            return listed_calendar(organisation)
        case pattern:
            return WeekPattern(
                month,
                named_after,
                pattern,
                organisation.fiscal_week_starts_on,
                organisation.fiscal_year_end_rule,
            )


def listed_calendar(
    organisation: Organisation, *, without: int | None = None, plus: YearLayout | None = None
) -> CustomYears:
    """The calendar of the listed years, as if one of them were not there or another were.

    DomainError where the years would not follow each other.
    """
    gone = {without, plus.number if plus else None}
    years = [year.layout() for year in fiscal_years() if year.number not in gone]
    return CustomYears(
        organisation.fiscal_year_start_month,
        organisation.fiscal_year_named_after,
        (*years, plus) if plus else tuple(years),
    )


def fiscal_years() -> QuerySet[FiscalYear]:
    """The listed ones, in order."""
    return FiscalYear.objects.order_by("number")


def get_fiscal_year(year_id: int) -> FiscalYear:
    year = FiscalYear.objects.filter(pk=year_id).first()
    if year is None:
        raise NotFound(N_("There is no such fiscal year."), code="not_found")
    return year


@compiled_once
def _exceptions(start: date, end: date) -> QuerySet[WorkingDayException, tuple[date, bool]]:
    days = WorkingDayException.objects.filter(day__gte=start, day__lt=end)
    return days.values_list("day", "is_working")


def calendar_of(organisation: Organisation, span: Period) -> WorkCalendar:
    """The organisation's working days, good for the years of `span`. One query."""
    return work_calendar(
        country=organisation.holiday_country or None,
        years=range(span.start.year, span.end.year + 1),
        weekdays=frozenset(organisation.working_weekdays),
        exceptions=dict(_exceptions(span.start, span.end)),
    )
