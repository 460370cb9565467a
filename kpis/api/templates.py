from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from rest_framework.request import Request

from kpis.choices import Subject, TargetSpan
from kpis.models import Template, TemplateItem, TemplateVersion
from kpis.selectors import get_kpi
from kpis.services.templates import (
    LONGEST_TENURE,
    MOST_BP,
    MOST_ITEMS,
    MOST_WORDS,
    Draft,
    ItemDraft,
    change_template,
    choose_template,
    create_template,
    draft_of,
)
from kpis.templates import Fit, Shelf, Version, choices_of, fits_now, fits_of_people, get_template, read_shelf
from salestargets.api.inputs import (
    BOOLEAN,
    DATE,
    ID,
    Field,
    Values,
    choice,
    decimal,
    list_of,
    object_of,
    text,
    whole,
)
from salestargets.api.operations import operation
from salestargets.api.pagination import PAGE, Key, Page
from salestargets.api.rows import Reference
from salestargets.api.views import TenantView
from salestargets.kernel.periods import Period
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Person
from salestargets.tenancy.selectors import fiscal_calendar_of, get_person, get_unit

AMOUNT = decimal(max_digits=20, decimal_places=4)
NAME = Field("name", text(100))
POSITION = Field("position", whole(1, 1000), "The first template that fits is taken.").otherwise(1)
SUBJECT = Field("subject", choice(Subject), "Whom it measures, by whose numbers.").otherwise(Subject.PERSON)
JOBS = Field("jobs", list_of(text(100), at_most=MOST_WORDS), "All, where it is empty.").otherwise([])
LEVELS = Field("levels", list_of(text(50), at_most=MOST_WORDS), "All, where it is empty.").otherwise([])
TENURE_FROM = Field(
    "tenure_from", whole(0, LONGEST_TENURE), "From this month of tenure on; the month of hiring is 0."
).nullable()
TENURE_TO = Field("tenure_to", whole(0, LONGEST_TENURE), "To before this month of tenure.").nullable()
UNITS = Field("units", list_of(ID, at_most=100), "By their ids, with all below; all, if empty.").otherwise([])
IS_RETIRED = Field("is_retired", BOOLEAN, "True: from the day on nobody is measured by it.").otherwise(False)
STARTS_ON = Field(
    "starts_on", DATE, "From when it holds, not before the running quarter; periods go by their first day."
)
REASON = Field("reason", text(200, min_length=0), "Why; kept with the version.").otherwise("")

KPI = Field("kpi", text(50), "The key of a KPI, as in won_revenue.")
WEIGHT = Field("weight_bp", whole(1, 10_000), "In hundredths of a percent; all weights sum to 10,000.")
THRESHOLD = Field("threshold_bp", whole(0, MOST_BP), "An attainment below it scores 0.").nullable()
FLOOR = Field("floor_bp", whole(0, MOST_BP), "The least that an attainment above it scores.").otherwise(0)
CAP = Field("cap_bp", whole(0, MOST_BP), "The most that it scores.").nullable()
BASE = Field("base", AMOUNT, "Where one begins: the way from there to the target counts.").nullable()
TARGET = Field("target", AMOUNT, "Where no published plan gives one; money in its currency.").nullable()
SPAN = Field("target_span", choice(TargetSpan), "What the target is for.").otherwise(TargetSpan.QUARTER)
RAMPED = Field("is_ramped", BOOLEAN, "New hires carry less of the target.").otherwise(True)
ITEM = object_of(KPI, WEIGHT, THRESHOLD, FLOOR, CAP, BASE, TARGET, SPAN, RAMPED)
ITEMS = Field("items", list_of(ITEM, at_least=1, at_most=MOST_ITEMS))
RULE = (POSITION, SUBJECT, JOBS, LEVELS, TENURE_FROM, TENURE_TO, UNITS)
CHANGED: tuple[Field[Any], ...] = (*RULE, IS_RETIRED, ITEMS)

TEMPLATE = Field("template", ID, "The id of a template for people; null: by the rules.").nullable()


class TemplateItemRow(TypedDict):
    """Weights and shares in hundredths of a percent; amounts in the KPI's unit, money in its currency."""

    kpi: str
    weight_bp: int
    threshold_bp: int | None
    floor_bp: int
    cap_bp: int | None
    base: Decimal | None
    target: Decimal | None
    target_span: str
    is_ramped: bool


class TemplateVersionRow(TypedDict):
    """What a template says from `starts_on` on. What is empty or null of the rule is not asked for."""

    number: int
    starts_on: date
    is_retired: bool
    position: int
    subject: str
    jobs: list[str]
    levels: list[str]
    tenure_from: int | None
    tenure_to: int | None
    units: list[Reference]
    items: list[TemplateItemRow]
    reason: str
    made_at: datetime


class TemplateRow(TypedDict):
    """`current` holds today; null: not yet in use, or retired. `newest` was written last."""

    id: int
    key: str
    name: str
    current: TemplateVersionRow | None
    newest: TemplateVersionRow
    version: int


class ChosenRow(TypedDict):
    template: int | None
    starts_on: date
    reason: str
    made_at: datetime


class MeasuredRow(TypedDict):
    """By what a person is measured in the running quarter, and what was chosen by hand, the newest first."""

    person: Reference
    template: int | None
    name: str | None
    is_by_hand: bool
    chosen: list[ChosenRow]


class MeasuredPerson(Reference):
    is_by_hand: bool


class KpiTemplates(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[TemplateRow])
    def get(self, request: Request) -> Page[TemplateRow]:
        """By which KPIs people and units are measured."""
        shelf = read_shelf()

        def row(values: Mapping[str, Any]) -> TemplateRow:
            return _template_row(shelf.versions[values["id"]][0].template, shelf, self.today)

        return self.page(Template.objects.values("id"), key=Key(id=ID), row=row)

    @operation(Scope.ADMIN, body=(NAME, *RULE, ITEMS, STARTS_ON, REASON), answers=TemplateRow, status=201)
    def post(self, request: Request) -> TemplateRow:
        """Add one, holding from a day on."""
        made = create_template(
            self.actor,
            name=self.body[NAME],
            draft=_draft(self, Draft(items=())),
            starts_on=self.body[STARTS_ON],
            reason=self.body[REASON],
            at=self.at,
        )
        return _read(made, self.today)


class OneKpiTemplate(TenantView):
    @operation(Scope.READ, answers=TemplateRow)
    def get(self, request: Request, template_id: int) -> TemplateRow:
        """One template."""
        return _read(get_template(template_id), self.today)

    @operation(
        Scope.ADMIN,
        body=(NAME.optional(), *(field.optional() for field in CHANGED), STARTS_ON, REASON),
        answers=TemplateRow,
        versioned=True,
    )
    def patch(self, request: Request, template_id: int) -> TemplateRow:
        """Another name; or a version from a day on, which differs from the newest in what is sent."""
        template = get_template(template_id)
        newest = read_shelf(template).versions[template.pk][0]
        change_template(
            self.actor,
            template=template,
            name=self.body[NAME.optional()],
            draft=_draft(self, draft_of(newest)),
            starts_on=self.body[STARTS_ON],
            expected_version=self.version,
            reason=self.body[REASON],
            at=self.at,
        )
        return _read(get_template(template_id), self.today)


class KpiTemplateVersions(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[TemplateVersionRow])
    def get(self, request: Request, template_id: int) -> Page[TemplateVersionRow]:
        """All that a template ever said, the newest first."""
        template = get_template(template_id)
        versions = {one.row.number: one for one in read_shelf(template).versions[template.pk]}
        rows = TemplateVersion.objects.filter(template=template).values("number")
        return self.page(
            rows,
            key=Key(number=whole(1, 10**9)),
            row=lambda values: _version_row(versions[values["number"]]),
            descending=True,
        )


class KpiTemplatePeople(TenantView):
    @operation(Scope.READ, query=PAGE, answers=Page[MeasuredPerson])
    def get(self, request: Request, template_id: int) -> Page[MeasuredPerson]:
        """Whom of those you see a template applies to today."""
        template = get_template(template_id)
        fits = {
            person.pk: fit
            for person, fit in fits_now(self.actor, self.today)
            if fit and fit.version.row.template_id == template.pk
        }

        def row(values: Mapping[str, Any]) -> MeasuredPerson:
            return {**_reference(values), "is_by_hand": fits[values["id"]].is_by_hand}

        people = Person.objects.filter(pk__in=list(fits)).values("id", "external_id", "name")
        return self.page(people, key=Key(name=text(200), id=ID), row=row)


class PersonKpiTemplate(TenantView):
    @operation(Scope.READ, answers=MeasuredRow)
    def get(self, request: Request, person_id: int) -> MeasuredRow:
        """By which template a person is measured in the running quarter."""
        return self._measured(get_person(self.actor, person_id, self.today))

    @operation(Scope.ADMIN, body=(TEMPLATE, STARTS_ON, REASON), answers=MeasuredRow)
    def post(self, request: Request, person_id: int) -> MeasuredRow:
        """Choose the template of a person from a day on, whatever the rules say; null: by the rules."""
        person = get_person(self.actor, person_id, self.today)
        chosen = self.body[TEMPLATE]
        choose_template(
            self.actor,
            person=person,
            template=get_template(chosen) if chosen else None,
            starts_on=self.body[STARTS_ON],
            reason=self.body[REASON],
            at=self.at,
        )
        return self._measured(person)

    def _measured(self, person: Person) -> MeasuredRow:
        organisation = self.actor.organisation
        quarter: Period = fiscal_calendar_of(organisation).quarter_of(self.today)
        fit: Fit | None = fits_of_people([person], quarter, organisation)[person.pk]
        return {
            "person": {"id": person.pk, "external_id": person.external_id, "name": person.name},
            "template": fit.version.row.template_id if fit else None,
            "name": str(fit.version.template.label) if fit else None,
            "is_by_hand": bool(fit and fit.is_by_hand),
            "chosen": [
                {
                    "template": choice.template_id,
                    "starts_on": choice.starts_on,
                    "reason": choice.reason,
                    "made_at": choice.made_at,
                }
                for choice in choices_of(person)
            ],
        }


def _draft(view: TenantView, before: Draft) -> Draft:
    """What was sent, and the rest as it was."""
    sent = view.body.sent
    given = {field.name: sent[field.name] for field in (*RULE, IS_RETIRED) if field.name in sent}
    for name in ("jobs", "levels"):
        given |= {name: tuple(given[name])} if name in given else {}
    if "units" in given:
        units = [get_unit(view.actor, unit_id, view.today) for unit_id in given["units"]]
        given["units"] = tuple(sorted(units, key=lambda unit: unit.name))
    if "items" in sent:
        given["items"] = [_item(item) for item in sent["items"]]
    return Draft(**{**vars(before), **given})


def _item(sent: Values) -> ItemDraft:
    return ItemDraft(
        kpi=get_kpi(sent[KPI]),
        weight_bp=sent[WEIGHT],
        threshold_bp=sent[THRESHOLD],
        floor_bp=sent[FLOOR],
        cap_bp=sent[CAP],
        base=sent[BASE],
        target=sent[TARGET],
        target_span=sent[SPAN],
        is_ramped=sent[RAMPED],
    )


def _read(template: Template, today: date) -> TemplateRow:
    return _template_row(template, read_shelf(template), today)


def _template_row(template: Template, shelf: Shelf, today: date) -> TemplateRow:
    current = shelf.of(template.pk, today)
    return {
        "id": template.pk,
        "key": template.key,
        "name": str(template.label),
        "current": _version_row(current) if current else None,
        "newest": _version_row(shelf.versions[template.pk][0]),
        "version": template.version,
    }


def _version_row(version: Version) -> TemplateVersionRow:
    row = version.row
    return {
        "number": row.number,
        "starts_on": row.starts_on,
        "is_retired": row.is_retired,
        "position": row.position,
        "subject": row.subject,
        "jobs": row.jobs,
        "levels": row.levels,
        "tenure_from": row.tenure_from,
        "tenure_to": row.tenure_to,
        "units": [
            {"id": unit.pk, "external_id": unit.external_id, "name": unit.name} for unit in version.units
        ],
        "items": [_item_row(item) for item in version.items],
        "reason": row.reason,
        "made_at": row.made_at,
    }


def _item_row(item: TemplateItem) -> TemplateItemRow:
    return {
        "kpi": item.kpi.key,
        "weight_bp": item.weight_bp,
        "threshold_bp": item.threshold_bp,
        "floor_bp": item.floor_bp,
        "cap_bp": item.cap_bp,
        "base": item.base,
        "target": item.target,
        "target_span": item.target_span,
        "is_ramped": item.is_ramped,
    }


def _reference(values: Mapping[str, Any]) -> Reference:
    return {"id": values["id"], "external_id": values["external_id"], "name": values["name"]}
