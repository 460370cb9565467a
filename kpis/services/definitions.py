"""KPIs made and changed by administrators. What a KPI was keeps holding for the months before."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, TypedDict

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify

from kpis.catalogue import BUILT_IN
from kpis.choices import Direction, KpiUnit, Nature
from kpis.domain.formulas import parse
from kpis.domain.recipes import Recipe
from kpis.models import Definition, DirtyKey, Kpi, Selection
from kpis.recipes import check, check_unit, formula_of, selections_of
from kpis.registry import EVERY_GROUP
from kpis.selectors import actual, records_behind
from kpis.values import Actual, Holder
from salestargets.jobs.wake import wake
from salestargets.kernel.errors import Conflict, DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text
from salestargets.kernel.periods import Period, month_of
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.services.versions import lock, save_changes

CELLS = "cells"
#: What addresses below /kpis/ are called.
RESERVED_KEYS = ("new", "templates", "entries")
MOST_DECIMALS = 4


class KpiFacts(TypedDict, total=False):
    """What may be said of a KPI beside its formula; what is left out stays."""

    name: str
    about: str
    nature: str
    direction: str
    decimals: int
    position: int
    is_retired: bool


@dataclass(frozen=True)
class Preview:
    """What a recipe would give, on the records there are."""

    value: Actual
    records: int
    not_priced: int


@transaction.atomic
def create_kpi(actor: Actor, *, key: str, unit: str, recipe: Recipe, facts: KpiFacts, at: datetime) -> Kpi:
    """A KPI that is counted from records, for all time. Its unit stays."""
    actor.require(Scope.ADMIN)
    check_unit(check(recipe), unit)
    kpi = add_kpi(key=key, unit=unit, facts=facts, **asdict(formula_of(recipe)))
    _define(actor, kpi, recipe, holds_from=None, reason="", at=at)
    return kpi


def add_kpi(*, key: str, unit: str, facts: KpiFacts, **more: Any) -> Kpi:
    """A row at the end of the catalogue, under a key that no other has. Conflict `duplicate`."""
    kpi = Kpi(
        key=_clean_key(key, str(facts.get("name", ""))),
        unit=KpiUnit(unit),
        **_clean(facts, is_new=True),
        **more,
    )
    if "position" not in facts:
        kpi.position = (Kpi.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            kpi.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            N_("There is a KPI with this key already. Choose another one."), code="duplicate", field="key"
        ) from error
    return kpi


@transaction.atomic
def change_kpi(actor: Actor, *, kpi: Kpi, facts: KpiFacts, expected_version: int | None) -> Kpi:
    """Everything but what it is made of."""
    actor.require(Scope.ADMIN)
    kpi = lock(kpi, expected_version=expected_version)
    save_changes(kpi, _clean(facts, is_new=False, is_named=kpi.key not in BUILT_IN))
    return kpi


@transaction.atomic
def redefine_kpi(
    actor: Actor,
    *,
    kpi: Kpi,
    recipe: Recipe,
    holds_from: date,
    reason: str,
    expected_version: int | None,
    at: datetime,
) -> Kpi:
    """From a month on the KPI is made of something else; the months before keep what it was.

    The month is this one or a later one: what was measured and reviewed is not rewritten.
    """
    actor.require(Scope.ADMIN)
    kpi = lock(kpi, expected_version=expected_version)
    if kpi.manual:
        raise DomainError(
            N_("The values of this KPI are entered by hand: it is made of no records."), code="manual"
        )
    _check_factor_stays(kpi, recipe)
    check_unit(check(recipe), kpi.unit)
    _check_shape_stays(kpi, recipe)
    _check_month(kpi, holds_from, actor.organisation.today(at))
    reason = clean_text(reason, max_length=500)
    if not reason:
        raise DomainError(N_("Say why the definition changes."), code="required", field="reason")
    formula = formula_of(recipe)
    changes = {
        "numerator": formula.numerator,
        "denominator": formula.denominator,
        "defined_from": holds_from,
    }
    if (kpi.numerator, kpi.denominator) == (formula.numerator, formula.denominator):
        raise DomainError(N_("That is what the KPI is made of already."), code="nothing_changed")
    save_changes(kpi, changes)
    _define(actor, kpi, recipe, holds_from=holds_from, reason=reason, at=at)
    return kpi


@transaction.atomic
def preview_recipe(recipe: Recipe, *, holder: Holder, period: Period, on: date) -> Preview:
    """The value of a recipe that nobody has saved, from the records."""
    formula = formula_of(check(recipe))
    with transaction.atomic():
        _keep(selections_of(recipe))
        found = actual(holder, formula, period, on=on)
        behind = records_behind(holder, formula, period, on=on, limit=1)
        transaction.set_rollback(True)
    return Preview(found, behind.total.rows, behind.total.not_priced)


def _define(
    actor: Actor, kpi: Kpi, recipe: Recipe, *, holds_from: date | None, reason: str, at: datetime
) -> None:
    formula = formula_of(recipe)
    replaced = Definition.objects.filter(kpi=kpi, holds_from=holds_from)
    before = [part for both in replaced.values_list("numerator", "denominator") for part in both]
    Definition.objects.update_or_create(
        kpi=kpi,
        holds_from=holds_from,
        defaults={
            "numerator": formula.numerator,
            "denominator": formula.denominator,
            "reason": reason,
            "made_at": at,
            "made_by": actor.user,
        },
    )
    is_new = _keep(selections_of(recipe))
    is_less = _forget(operand.measure for part in before for operand in parse(part))
    if is_new or is_less:
        DirtyKey.objects.create(group=EVERY_GROUP)
        wake(CELLS)


def _keep(selections: Iterable[Selection]) -> bool:
    """Keep what is chosen of the records. True where something has to be counted for the first time.

    What is there already is held, so that nobody forgets it meanwhile.
    """
    chosen = list(selections)
    known = {one.key for one in _held(one.key for one in chosen)}
    new = [one for one in chosen if one.key not in known]
    Selection.objects.bulk_create(new, ignore_conflicts=True)
    return bool(new)


def _forget(measures: Iterable[str]) -> bool:
    """Count no longer what no definition is made of any more, of these; True where there is such a selection.

    A definition that holds for past months alone is one still. The next rebuild takes the cells away.
    """
    held = _held(measures)
    used = _used() if held else set()
    unused = [one.pk for one in held if one.key not in used]
    Selection.objects.filter(pk__in=unused).delete()
    return bool(unused)


def _held(keys: Iterable[str]) -> list[Selection]:
    return list(Selection.objects.select_for_update().filter(key__in=list(keys)).order_by("key"))


def _used() -> set[str]:
    """All that KPIs are made of, or were."""
    parts = [*Definition.objects.values_list("numerator", "denominator")]
    parts += Kpi.objects.values_list("numerator", "denominator")
    return {operand.measure for both in parts for part in both for operand in parse(part)}


def _clean(facts: KpiFacts, *, is_new: bool, is_named: bool = True) -> dict[str, Any]:
    changes: dict[str, Any] = {**facts}
    if "name" in facts or is_new:
        changes["name"] = clean_text(facts.get("name", ""), max_length=100, min_length=1 if is_named else 0)
    if "about" in facts:
        changes["about"] = clean_text(facts["about"], max_length=500, multiline=True)
    _check_choice(changes, "nature", Nature.values)
    _check_choice(changes, "direction", Direction.values)
    if not 0 <= facts.get("decimals", 0) <= MOST_DECIMALS:
        raise DomainError(
            N_("Show at most {count} decimals."),
            code="out_of_range",
            field="decimals",
            params={"count": MOST_DECIMALS},
        )
    return changes


def _check_choice(changes: Mapping[str, Any], field: str, choices: list[str]) -> None:
    if field in changes and changes[field] not in choices:
        raise DomainError(
            N_("Choose one of: {choices}."),
            code="invalid_choice",
            field=field,
            params={"choices": ", ".join(choices)},
        )


def _clean_key(key: str, name: str) -> str:
    text = slugify(clean_text(key, max_length=50)) or slugify(name)[:50]
    if text and text not in RESERVED_KEYS:
        return text
    raise DomainError(
        N_("Give the KPI a key of Latin letters and digits, as in key_product_share."),
        code="required",
        field="key",
    )


def _check_shape_stays(kpi: Kpi, recipe: Recipe) -> None:
    """What is divided among people may not become what cannot be, nor the other way round."""
    if bool(kpi.denominator) != bool(recipe.denominator):
        raise DomainError(
            N_("A sum stays a sum and a quotient a quotient. Make a new KPI for the other."),
            code="other_shape",
            field="denominator",
        )


def _check_factor_stays(kpi: Kpi, recipe: Recipe) -> None:
    if (kpi.multiplier, kpi.times_days) != (recipe.multiplier, recipe.times_days):
        raise DomainError(
            N_("What the quotient is multiplied by stays. Make a new KPI for the other."),
            code="other_shape",
            field="multiplier",
        )


def _check_month(kpi: Kpi, holds_from: date, today: date) -> None:
    if holds_from.day != 1:
        raise DomainError(
            N_("A definition begins with a month: choose its first day."),
            code="not_a_month",
            field="holds_from",
        )
    if holds_from < month_of(today).start:
        raise DomainError(
            N_("Past months keep their definition. Choose this month or a later one."),
            code="in_the_past",
            field="holds_from",
        )
    if kpi.defined_from and holds_from < kpi.defined_from:
        raise DomainError(
            N_("Another definition begins later. Choose its month, {month}, or one after it."),
            code="not_the_newest",
            field="holds_from",
            params={"month": kpi.defined_from.isoformat()},
        )
