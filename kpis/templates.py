"""Reads: the templates, what each says on a day, and by which of them people and units are measured."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Q

from kpis.choices import Subject
from kpis.domain.fitting import Rule, Who, first_fitting, months_of_tenure
from kpis.models import Template, TemplateChoice, TemplateItem, TemplateUnit, TemplateVersion
from kpis.values import Holder
from salestargets.audit.selectors import event_models
from salestargets.kernel.errors import NotFound
from salestargets.kernel.messages import N_
from salestargets.kernel.periods import Period
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import AssignmentRole
from salestargets.tenancy.models import Assignment, Organisation, Person, Unit, UnitClosure
from salestargets.tenancy.models.people import current_on


@dataclass(frozen=True)
class Version:
    """A version with its parts."""

    row: TemplateVersion
    units: tuple[Unit, ...]
    items: tuple[TemplateItem, ...]

    @property
    def template(self) -> Template:
        found: Template = self.row.template
        return found

    @cached_property
    def rule(self) -> Rule:
        return Rule(
            jobs=frozenset(self.row.jobs),
            levels=frozenset(self.row.levels),
            tenure_from=self.row.tenure_from,
            tenure_to=self.row.tenure_to,
            units=frozenset(unit.pk for unit in self.units),
        )


@dataclass(frozen=True)
class Shelf:
    """All that templates ever said, of each the newest version first."""

    versions: Mapping[int, Sequence[Version]]

    def of(self, template_id: int, day: date) -> Version | None:
        """What a template says on a day; None before its first version, and once it is retired."""
        said = self.versions.get(template_id, ())
        found = next((version for version in said if version.row.starts_on <= day), None)
        return None if found is None or found.row.is_retired else found

    def on(self, day: date) -> list[Version]:
        """What all say on a day, in their order."""
        found = [version for key in self.versions if (version := self.of(key, day))]
        return sorted(found, key=lambda version: (version.row.position, version.row.template_id))


@dataclass(frozen=True)
class Fit:
    """Who is measured by what: their template as it was on the `day`, and whose numbers count."""

    version: Version
    day: date
    holder: Holder
    is_by_hand: bool = False


def all_templates() -> list[Template]:
    return sorted(Template.objects.all(), key=lambda template: template.pk)


def get_template(template_id: int) -> Template:
    template = Template.objects.filter(pk=template_id).first()
    if template is None:
        raise NotFound(N_("There is no such template."), code="not_found", field="template")
    return template


def read_shelf(*templates: Template) -> Shelf:
    """Every version of these templates, or of all. Three queries for any number."""
    wanted = Q(template__in=templates) if templates else Q()
    rows = list(
        TemplateVersion.objects.filter(wanted).select_related("template", "made_by").order_by("-number")
    )
    units: dict[int, list[Unit]] = defaultdict(list)
    for place in TemplateUnit.objects.filter(template_version__in=rows).select_related("unit"):
        units[place.template_version_id].append(place.unit)
    items: dict[int, list[TemplateItem]] = defaultdict(list)
    parts = TemplateItem.objects.filter(template_version__in=rows).select_related("kpi")
    for item in parts.order_by("position", "id"):
        items[item.template_version_id].append(item)
    versions: dict[int, list[Version]] = defaultdict(list)
    for row in rows:
        named = tuple(sorted(units[row.pk], key=lambda unit: unit.name))
        versions[row.template_id].append(Version(row, named, tuple(items[row.pk])))
    return Shelf(versions)


def fits_of_people(
    people: Collection[Person], period: Period, organisation: Organisation
) -> dict[int, Fit | None]:
    """Person → what they are measured by over a period; None: by nothing.

    As they were on its first day, or on the day on which they joined within it. Whom somebody chose a
    template for has that one. As many queries for any number of people.
    """
    shelf, seats = read_shelf(), _seats_of(people, period)
    days = {person.pk: _day_of(person, seats, period) for person in people}
    words = _words_then(people, days, organisation)
    chosen = _choices_of(people)
    return {
        person.pk: _fit(person, days[person.pk], words[person.pk], chosen.get(person.pk, ()), shelf, seats)
        if _is_there(person, period)
        else None
        for person in people
    }


def fits_of_units(unit_ids: Collection[int], period: Period) -> dict[int, Fit | None]:
    """Unit → what it is measured by over a period, as of its first day. As many queries for any number."""
    shelf, day = read_shelf(), period.start
    offered = [version for version in shelf.on(day) if version.row.subject == Subject.UNIT]
    rows = UnitClosure.objects.filter(current_on(day), descendant__in=unit_ids)
    above: dict[int, set[int]] = defaultdict(set)
    for unit_id, ancestor_id in rows.values_list("descendant_id", "ancestor_id"):
        above[unit_id].add(ancestor_id)
    found: dict[int, Fit | None] = {}
    for unit_id in unit_ids:
        who = Who("", "", None, frozenset(above[unit_id] | {unit_id}))
        version = first_fitting(offered, who)
        found[unit_id] = Fit(version, day, Holder("unit", unit_id)) if version else None
    return found


def fits_now(actor: Actor, on: date) -> list[tuple[Person, Fit | None]]:
    """Everyone in sight who has a place on the day, by name, and what they are measured by then."""
    sight = sight_of(actor, on)
    placed = Assignment.objects.filter(current_on(on)).values("person_id")
    here = Person.objects.filter(Q(left_on=None) | Q(left_on__gt=on), pk__in=placed).order_by("name", "id")
    people = [person for person in here if sight.of_person(person.pk)]
    fits = fits_of_people(people, Period(on, on + timedelta(days=1)), actor.organisation)
    return [(person, fits[person.pk]) for person in people]


def choices_of(person: Person) -> list[TemplateChoice]:
    """What was chosen for a person by hand, the newest first."""
    rows = TemplateChoice.objects.filter(person=person).select_related("template", "made_by")
    return list(rows.order_by("-id"))


def _is_there(person: Person, period: Period) -> bool:
    has_come = person.hired_on is None or person.hired_on < period.end
    return has_come and (person.left_on is None or person.left_on > period.start)


@dataclass(frozen=True)
class _Seats:
    """Where people sat and what they led over a period, and what was above their units."""

    by_person: Mapping[int, Sequence[Assignment]]
    above: Mapping[int, Sequence[UnitClosure]]

    def on(self, person: Person, day: date) -> list[Assignment]:
        return [seat for seat in self.by_person.get(person.pk, ()) if _holds(seat, day)]

    def units_of(self, person: Person, day: date) -> frozenset[int]:
        """Of which they are members or managers, and all above."""
        return frozenset(
            above.ancestor_id
            for seat in self.on(person, day)
            for above in self.above.get(seat.unit_id, ())
            if _holds(above, day)
        )

    def led_by(self, person: Person, day: date) -> int | None:
        """The unit they lead: of several the highest, of equals the first."""
        led = {seat.unit_id for seat in self.on(person, day) if seat.role == AssignmentRole.MANAGER}
        return min(led, key=lambda unit_id: (self._depth(unit_id, day), unit_id), default=None)

    def _depth(self, unit_id: int, day: date) -> int:
        return sum(_holds(above, day) for above in self.above.get(unit_id, ()))


def _holds(row: Assignment | UnitClosure, day: date) -> bool:
    return row.starts_on <= day and (row.ends_on is None or day < row.ends_on)


def _seats_of(people: Collection[Person], period: Period) -> _Seats:
    within = Q(starts_on__lt=period.end) & (Q(ends_on=None) | Q(ends_on__gt=period.start))
    seats: dict[int, list[Assignment]] = defaultdict(list)
    for seat in Assignment.objects.filter(within, person__in=people).order_by("starts_on", "id"):
        seats[seat.person_id].append(seat)
    units = {seat.unit_id for held in seats.values() for seat in held}
    above: dict[int, list[UnitClosure]] = defaultdict(list)
    for row in UnitClosure.objects.filter(within, descendant__in=units):
        above[row.descendant_id].append(row)
    return _Seats(seats, above)


def _day_of(person: Person, seats: _Seats, period: Period) -> date:
    """The first day of the period on which they are there, and in a unit if they ever are."""
    since = max(period.start, person.hired_on or period.start)
    seated = [seat.starts_on for seat in seats.by_person.get(person.pk, ())]
    return min(max(since, min(seated, default=since)), period.last_day)


def _fit(
    person: Person,
    day: date,
    words: tuple[str, str],
    choices: Iterable[TemplateChoice],
    shelf: Shelf,
    seats: _Seats,
) -> Fit | None:
    led, own = seats.led_by(person, day), Holder("person", person.pk)
    choice = next((choice for choice in choices if choice.starts_on <= day), None)
    by_hand = shelf.of(choice.template_id, day) if choice and choice.template_id else None
    offered = [version for version in shelf.on(day) if _is_for(version, led)]
    tenure = months_of_tenure(person.hired_on, day) if person.hired_on else None
    who = Who(*words, tenure, seats.units_of(person, day))
    version = by_hand or first_fitting(offered, who)
    if version is None:
        return None
    counts = Holder("unit", led) if led and version.row.subject == Subject.LEADER else own
    return Fit(version, day, counts, is_by_hand=by_hand is not None)


def _is_for(version: Version, led: int | None) -> bool:
    """Of who leads nothing there is no unit to measure them by."""
    subject = version.row.subject
    return subject == Subject.PERSON or (subject == Subject.LEADER and led is not None)


def _choices_of(people: Collection[Person]) -> dict[int, list[TemplateChoice]]:
    found: dict[int, list[TemplateChoice]] = defaultdict(list)
    for choice in TemplateChoice.objects.filter(person__in=people).order_by("-id"):
        found[choice.person_id].append(choice)
    return found


def _words_then(
    people: Collection[Person], days: Mapping[int, date], organisation: Organisation
) -> dict[int, tuple[str, str]]:
    """Person → their job and level by the end of their day, as the log has it.

    Who is promoted keeps what they were measured by before; what was empty counts as what it became first.
    """
    zone = ZoneInfo(organisation.time_zone)
    over = {key: datetime.combine(day + timedelta(days=1), time.min, zone) for key, day in days.items()}
    later: dict[int, list[tuple[str, str]]] = defaultdict(list)
    if over:
        events = event_models()["person"]._default_manager.filter(
            organisation_id=organisation.pk,
            pgh_obj_id__in=list(over),
            pgh_label="update",
            pgh_created_at__gte=min(over.values()),
        )
        rows = events.order_by("pgh_id").values_list("pgh_obj_id", "pgh_created_at", "job", "level")
        for person_id, at, job, level in rows:
            if at >= over[person_id]:
                later[person_id].append((job, level))
    told = {person.pk: [*later[person.pk], (person.job, person.level)] for person in people}
    return {
        key: (_first([job for job, _level in said]), _first([level for _job, level in said]))
        for key, said in told.items()
    }


def _first(words: Sequence[str]) -> str:
    return next(filter(None, words), "")
