"""What a template says, in the reader's words, and what a version changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext, ngettext

from kpis.models import TemplateItem
from kpis.takes import is_stock
from kpis.templates import Version
from kpis.values import meant
from kpis.writing import written
from salestargets.web.formatting import NONE
from salestargets.web.templatetags import formats


@dataclass(frozen=True)
class Said:
    """One thing that a version changed."""

    label: str
    before: str
    after: str


def rule_in_words(version: Version) -> str:
    """Such as “People, by their own numbers · Sales rep, senior · months 0 to 5 · North”."""
    row = version.row
    parts = [str(row.get_subject_display())]
    if row.jobs:
        parts.append(", ".join(row.jobs))
    if row.levels:
        parts.append(", ".join(row.levels))
    if tenure := _tenure(row.tenure_from, row.tenure_to):
        parts.append(tenure)
    if version.units:
        parts.append(", ".join(unit.name for unit in version.units))
    return " · ".join(parts)


def share(basis_points: int | None) -> str:
    """Two decimals where it has them."""
    if basis_points is None:
        return NONE
    return f"{formats.number((Decimal(basis_points) / 100).normalize())}%"


def target_in_words(item: TemplateItem, currency: str) -> str:
    """Such as “¥120,000 a quarter”, or “30.0%” of what does not add up."""
    if item.target is None:
        return NONE
    value = written(meant(item.target, item.kpi.unit, currency=currency), item.kpi, currency)
    is_level = item.kpi.denominator or is_stock(item.kpi)  # the same, however long the period
    return value if is_level else f"{value} {item.get_target_span_display()}"


def base_in_words(item: TemplateItem, currency: str) -> str:
    return written(meant(item.base, item.kpi.unit, currency=currency), item.kpi, currency)


def what_changed(before: Version | None, after: Version, currency: str) -> list[Said]:
    """Line by line, the rule first; of the first version there is nothing to tell."""
    if before is None:
        return []
    lines = [*_rule_lines(before, after), *_item_lines(before.items, after.items, currency)]
    return [line for line in lines if line.before != line.after]


def _rule_lines(before: Version, after: Version) -> Iterator[Said]:
    yield Said(gettext("For"), rule_in_words(before), rule_in_words(after))
    yield Said(gettext("Order"), str(before.row.position), str(after.row.position))
    states = [gettext("Retired") if one.row.is_retired else gettext("In use") for one in (before, after)]
    yield Said(gettext("State"), *states)


def _item_lines(
    before: Sequence[TemplateItem], after: Sequence[TemplateItem], currency: str
) -> Iterator[Said]:
    had = {item.kpi_id: item for item in before}
    has = {item.kpi_id: item for item in after}
    for kpi_id, item in {**had, **has}.items():
        yield Said(
            str(item.kpi.label),
            _item(had[kpi_id], currency) if kpi_id in had else NONE,
            _item(has[kpi_id], currency) if kpi_id in has else NONE,
        )


def _item(item: TemplateItem, currency: str) -> str:
    parts = [share(item.weight_bp)]
    if item.target is not None:
        parts.append(gettext("target {amount}").format(amount=target_in_words(item, currency)))
        if item.is_ramped:
            parts.append(gettext("new hires carry less"))
    if item.base is not None:
        parts.append(gettext("from {amount}").format(amount=base_in_words(item, currency)))
    if item.threshold_bp is not None:
        parts.append(gettext("0 below {share}").format(share=share(item.threshold_bp)))
    if item.floor_bp:
        parts.append(gettext("at least {share}").format(share=share(item.floor_bp)))
    if item.cap_bp is not None:
        parts.append(gettext("at most {share}").format(share=share(item.cap_bp)))
    return ", ".join(parts)


def _tenure(first: int | None, end: int | None) -> str:
    if end is not None and not first:
        return ngettext("the first month", "the first {count} months", end).format(count=end)
    if end is not None:
        return gettext("months {first} to {last}").format(first=first, last=end - 1)
    return gettext("from month {first} on").format(first=first) if first else ""
