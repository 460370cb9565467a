"""Templates are made, get new versions and are chosen for people. What they said before stays as it was."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from kpis.choices import Subject, TargetSpan
from kpis.models import Kpi, Template, TemplateChoice, TemplateItem, TemplateUnit, TemplateVersion
from kpis.models.templates import WHOLE_BP
from kpis.presets import PRESETS, Preset, PresetItem
from kpis.templates import Version, read_shelf
from salestargets.kernel.errors import Conflict, DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Organisation, Person, Unit
from salestargets.tenancy.selectors import fiscal_calendar_of
from salestargets.tenancy.services.structure import BEGINNING
from salestargets.tenancy.services.versions import lock, save_changes

MOST_ITEMS = 20
MOST_WORDS = 20
MOST_BP = 100_000
LONGEST_TENURE = 600
#: Scores of more than this are rather a target that was too low.
USUAL_CAP_BP = 15_000


@dataclass(frozen=True)
class ItemDraft:
    """A KPI of a template. Shares are hundredths of a percent; base and target are in the KPI's unit."""

    kpi: Kpi
    weight_bp: int
    threshold_bp: int | None = None
    floor_bp: int = 0
    cap_bp: int | None = None
    base: Decimal | None = None
    target: Decimal | None = None
    target_span: str = TargetSpan.QUARTER
    is_ramped: bool = True


@dataclass(frozen=True)
class Draft:
    """What a version is to say."""

    items: Sequence[ItemDraft]
    position: int = 1
    subject: str = Subject.PERSON
    jobs: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    tenure_from: int | None = None
    tenure_to: int | None = None
    units: tuple[Unit, ...] = ()
    is_retired: bool = False


def install_templates(organisation: Organisation, at: datetime) -> None:
    """The presets, holding since ever; none where the organisation has templates already."""
    if Template.objects.exists():
        return
    kpis = {kpi.key: kpi for kpi in Kpi.objects.all()}
    drafts = [_of_preset(preset, position, kpis) for position, preset in enumerate(PRESETS.values(), 1)]
    templates = Template.objects.bulk_create(
        Template(organisation_id=organisation.pk, key=preset.key) for preset in PRESETS.values()
    )
    versions = TemplateVersion.objects.bulk_create(
        _version(template, draft, number=1, starts_on=BEGINNING, reason="", at=at, actor=None)
        for template, draft in zip(templates, drafts, strict=True)
    )
    TemplateItem.objects.bulk_create(
        item for row, draft in zip(versions, drafts, strict=True) for item in _items(row, draft)
    )


def draft_of(version: Version) -> Draft:
    """What a version says, to be changed."""
    row = version.row
    return Draft(
        items=[
            ItemDraft(
                kpi=item.kpi,
                weight_bp=item.weight_bp,
                threshold_bp=item.threshold_bp,
                floor_bp=item.floor_bp,
                cap_bp=item.cap_bp,
                base=item.base,
                target=item.target,
                target_span=item.target_span,
                is_ramped=item.is_ramped,
            )
            for item in version.items
        ],
        position=row.position,
        subject=row.subject,
        jobs=tuple(row.jobs),
        levels=tuple(row.levels),
        tenure_from=row.tenure_from,
        tenure_to=row.tenure_to,
        units=version.units,
        is_retired=row.is_retired,
    )


@transaction.atomic
def create_template(
    actor: Actor, *, name: str, draft: Draft, starts_on: date, reason: str = "", at: datetime
) -> Template:
    actor.require(Scope.ADMIN)
    template = Template(name=clean_text(name, max_length=100, min_length=1))
    _check_name(template, template.name)
    clean = _checked(actor, draft, starts_on, at)
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        raise _taken() from error
    _write(template, clean, number=1, starts_on=starts_on, reason=reason, at=at, actor=actor)
    return template


@transaction.atomic
def change_template(
    actor: Actor,
    *,
    template: Template,
    draft: Draft,
    starts_on: date,
    expected_version: int | None,
    name: str | None = None,
    reason: str = "",
    at: datetime,
) -> Template:
    """Another name, and a new version where it says anything else than the newest."""
    actor.require(Scope.ADMIN)
    template = lock(template, expected_version=expected_version)
    if name is not None and name != str(template.label):
        clean_name = clean_text(name, max_length=100, min_length=1)
        _check_name(template, clean_name)
        save_changes(template, {"name": clean_name})
    newest = read_shelf(template).versions[template.pk][0]
    if _is_same(draft_of(newest), draft) and newest.row.starts_on <= starts_on:
        return template
    clean = _checked(actor, draft, starts_on, at)
    number = newest.row.number + 1
    _write(template, clean, number=number, starts_on=starts_on, reason=reason, at=at, actor=actor)
    template.version += 1
    template.save(update_fields=["version"])
    return template


def retire_template(
    actor: Actor,
    *,
    template: Template,
    starts_on: date,
    expected_version: int | None,
    reason: str = "",
    at: datetime,
) -> Template:
    """From the day on nobody is measured by it; what was measured before stays."""
    newest = read_shelf(template).versions[template.pk][0]
    return change_template(
        actor,
        template=template,
        draft=replace(draft_of(newest), is_retired=True),
        starts_on=starts_on,
        expected_version=expected_version,
        reason=reason,
        at=at,
    )


def choose_template(
    actor: Actor,
    *,
    person: Person,
    template: Template | None,
    starts_on: date,
    reason: str = "",
    at: datetime,
) -> TemplateChoice:
    """From the day on the person is measured by this template whatever the rules say; None: by the rules."""
    actor.require(Scope.ADMIN)
    _check_day(actor, starts_on, at)
    if template is not None:
        _check_for_people(template, starts_on)
    return TemplateChoice.objects.create(
        person=person,
        template=template,
        starts_on=starts_on,
        reason=clean_text(reason, max_length=200),
        made_at=at,
        made_by=actor.user,
    )


def first_day(organisation: Organisation, on: date) -> date:
    """From which day at the earliest a version may hold: periods that are over keep theirs."""
    return fiscal_calendar_of(organisation).quarter_of(on).start


def _of_preset(preset: Preset, position: int, kpis: dict[str, Kpi]) -> Draft:
    return Draft(
        items=[_preset_item(item, kpis[item.kpi]) for item in preset.items],
        position=position,
        subject=preset.subject,
        jobs=preset.jobs,
        tenure_to=preset.tenure_to,
    )


def _preset_item(item: PresetItem, kpi: Kpi) -> ItemDraft:
    return ItemDraft(
        kpi=kpi,
        weight_bp=item.weight * 100,
        cap_bp=USUAL_CAP_BP,
        target=item.target,
        target_span=item.span,
        is_ramped=item.is_ramped,
    )


def _write(
    template: Template,
    draft: Draft,
    *,
    number: int,
    starts_on: date,
    reason: str,
    at: datetime,
    actor: Actor | None = None,
) -> TemplateVersion:
    row = _version(template, draft, number=number, starts_on=starts_on, reason=reason, at=at, actor=actor)
    row.save(force_insert=True)
    TemplateUnit.objects.bulk_create(
        TemplateUnit(organisation_id=row.organisation_id, template_version=row, unit=unit)
        for unit in draft.units
    )
    TemplateItem.objects.bulk_create(_items(row, draft))
    return row


def _version(
    template: Template,
    draft: Draft,
    *,
    number: int,
    starts_on: date,
    reason: str,
    at: datetime,
    actor: Actor | None,
) -> TemplateVersion:
    return TemplateVersion(
        organisation_id=template.organisation_id,
        template=template,
        number=number,
        starts_on=starts_on,
        position=draft.position,
        is_retired=draft.is_retired,
        subject=draft.subject,
        jobs=list(draft.jobs),
        levels=list(draft.levels),
        tenure_from=draft.tenure_from,
        tenure_to=draft.tenure_to,
        reason=clean_text(reason, max_length=200),
        made_at=at,
        made_by=actor.user if actor else None,
    )


def _items(row: TemplateVersion, draft: Draft) -> list[TemplateItem]:
    return [
        TemplateItem(
            organisation_id=row.organisation_id, template_version=row, position=position, **vars(item)
        )
        for position, item in enumerate(draft.items)
    ]


def _checked(actor: Actor, draft: Draft, starts_on: date, at: datetime) -> Draft:
    """The draft with clean words, or the DomainError that says what is wrong with it."""
    _check_day(actor, starts_on, at)
    _check_within("position", draft.position, 1, 1000)
    _check_items(draft.items)
    clean = replace(draft, jobs=_words(draft.jobs, "jobs", 100), levels=_words(draft.levels, "levels", 50))
    _check_rule(clean)
    return clean


def _check_day(actor: Actor, starts_on: date, at: datetime) -> None:
    first = first_day(actor.organisation, actor.organisation.today(at))
    if starts_on < first:
        raise DomainError(
            N_("It may hold from {day} at the earliest: quarters that are over keep what they had."),
            code="too_early",
            field="starts_on",
            params={"day": first},
        )


def _check_items(items: Sequence[ItemDraft]) -> None:
    if not 1 <= len(items) <= MOST_ITEMS:
        raise DomainError(
            N_("Choose from 1 to {count} KPIs."),
            code="wrong_count",
            field="items",
            params={"count": MOST_ITEMS},
        )
    twice = [kpi for kpi, count in Counter(item.kpi for item in items).items() if count > 1]
    if twice:
        raise DomainError(
            N_("“{name}” stands there more than once."),
            code="repeated",
            field="items",
            params={"name": twice[0].label},
        )
    for item in items:
        _check_item(item)
    whole = sum(item.weight_bp for item in items)
    if whole != WHOLE_BP:
        raise DomainError(
            N_("The weights sum to {sum} %, not to 100 %."),
            code="weights_not_whole",
            field="items",
            params={"sum": f"{Decimal(whole) / 100:f}"},
        )


def _check_item(item: ItemDraft) -> None:
    _check_within("items", item.weight_bp, 1, WHOLE_BP)
    for share in (item.threshold_bp, item.floor_bp, item.cap_bp):
        _check_within("items", share, 0, MOST_BP)
    if item.cap_bp is not None and item.cap_bp < item.floor_bp:
        raise _of_item(item, N_("{name}: the floor is above the cap."), "floor_above_cap")
    if item.target is not None and item.target < 0:
        raise _of_item(item, N_("{name}: a target is 0 or more."), "negative_target")


def _of_item(item: ItemDraft, text: str, code: str) -> DomainError:
    return DomainError(text, code=code, field="items", params={"name": item.kpi.label})


def _check_rule(draft: Draft) -> None:
    for name in ("tenure_from", "tenure_to"):
        _check_within(name, getattr(draft, name), 0, LONGEST_TENURE)
    if draft.tenure_to is not None and draft.tenure_to <= (draft.tenure_from or 0):
        raise DomainError(N_("The end must be after the start."), code="invalid", field="tenure_to")
    has_people = draft.jobs or draft.levels or draft.tenure_from is not None or draft.tenure_to is not None
    if draft.subject == Subject.UNIT and has_people:
        raise DomainError(
            N_("Units have no job, level or tenure. Leave these empty, or choose people."),
            code="units_have_no_job",
            field="subject",
        )


def _check_for_people(template: Template, starts_on: date) -> None:
    version = read_shelf(template).of(template.pk, starts_on)
    if version is None:
        raise DomainError(N_("The template does not hold on this day."), code="not_held", field="starts_on")
    if version.row.subject == Subject.UNIT:
        raise DomainError(N_("This template is for units."), code="for_units", field="template")


def _check_within(field: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise DomainError(
            N_("Enter a number from {least} to {most}."),
            code="out_of_range",
            field=field,
            params={"least": least, "most": most},
        )


def _words(words: Sequence[str], field: str, max_length: int) -> tuple[str, ...]:
    clean = dict.fromkeys(clean_text(word, max_length=max_length, min_length=1) for word in words)
    if len(clean) > MOST_WORDS:
        raise DomainError(
            N_("Enter at most {count}."), code="too_many", field=field, params={"count": MOST_WORDS}
        )
    return tuple(clean)


def _is_same(one: Draft, other: Draft) -> bool:
    return replace(one, items=()) == replace(other, items=()) and list(one.items) == list(other.items)


def _check_name(template: Template, name: str) -> None:
    """Not even what another is called in the reader's language alone."""
    if name in {str(other.label) for other in Template.objects.exclude(pk=template.pk)}:
        raise _taken()


def _taken() -> Conflict:
    return Conflict(N_("There is a template of this name already."), code="exists", field="name")
