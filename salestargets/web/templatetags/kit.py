"""Tags the components and the base template are made of."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext
from lucide.templatetags.lucide import lucide

from salestargets.web import shapes
from salestargets.web.bells import Bells, bells_of
from salestargets.web.registry import SECTIONS, NavItem, Text, pages_for, tabs_for
from salestargets.web.status import STATUSES
from salestargets.web.templatetags.formats import percent

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 18, css: str = "") -> str:
    """A lucide icon, hidden from screen readers: a word stands beside it or in the control's label."""
    return drawn(name, size, css)


@lru_cache(maxsize=512)
def drawn(name: str, size: int, css: str) -> str:
    attributes = {"class": f"glyph {css}".strip(), "aria-hidden": "true", "focusable": "false"}
    return lucide(name, size=size, **attributes)


@dataclass(frozen=True, slots=True)
class Link:
    key: str
    label: Text
    icon: str
    url: str
    section: Text
    current: bool


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[Link]:
    """The pages this member may open; the one whose address is the longest start of this one is current."""
    return links(context["request"], pages_for)


@register.simple_tag(takes_context=True)
def tabs(context: dict[str, Any], group: str) -> list[Link]:
    """The pages beside this one."""
    return links(context["request"], lambda role: tabs_for(group, role))


def links(request: HttpRequest, items_for: Callable[[str], list[NavItem]]) -> list[Link]:
    actor = getattr(request, "actor", None)
    if actor is None or actor.role is None:
        return []
    slug = actor.organisation.slug
    pages = [(item, reverse(item.url_name, kwargs={"slug": slug})) for item in items_for(actor.role)]
    here = max((url for _, url in pages if request.path.startswith(url)), key=len, default="")
    return [
        Link(item.key, item.label, item.icon, url, SECTIONS[item.section], current=url == here)
        for item, url in pages
    ]


@register.simple_tag(takes_context=True)
def bell_links(context: dict[str, Any]) -> Bells:
    return bells_of(context["request"])


@register.simple_tag(takes_context=True)
def page_url(context: dict[str, Any], name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page of this organisation: `{% page_url "targets:plan" plan.pk %}`."""
    slug = context["request"].organisation.slug
    return reverse(name, kwargs={"slug": slug, **kwargs}) if not args else reverse(name, args=[slug, *args])


@register.filter
def as_json(value: object) -> str:
    """For a script to read from an attribute."""
    return json.dumps(value, cls=DjangoJSONEncoder)


# What stands in every row of long tables is a tag: ten times as fast as a component.


@register.simple_tag
def status(key: str) -> str:
    """How a target stands, in a word beside its icon and colour."""
    return _pill(key, get_language())


@lru_cache(maxsize=64)
def _pill(key: str, _language: str | None) -> str:
    shown = STATUSES[key]
    glyph = drawn(shown.icon, 14, "")
    return format_html('<span class="pill tone-{}">{}{}</span>', shown.tone, glyph, shown.label)


@register.simple_tag
def pace(attainment: Decimal | None, expected: Decimal | None, key: str) -> str:
    """A bar: how much of a target is reached, and how much was expected by now."""
    return _NO_PACE if attainment is None else _pace(attainment, expected, key, get_language())


@lru_cache(maxsize=4096)
def _pace(attainment: Decimal, expected: Decimal | None, key: str, _language: str | None) -> str:
    marks = shapes.pace_marks(attainment, expected)
    target = format_html(_PACE_TARGET, marks.target) if marks.target else ""
    due = format_html(_PACE_EXPECTED, marks.expected) if marks.expected else ""
    said = _pace_said(percent(attainment), percent(expected) if expected is not None else "")
    return format_html(_PACE, STATUSES[key].tone, said, marks.actual, target, due)


def _pace_said(done: str, due: str) -> str:
    if not due:
        return gettext("%(done)s of the target") % {"done": done}
    return gettext("%(done)s of the target; %(due)s expected by now") % {"done": done, "due": due}


_NO_PACE = mark_safe('<span class="quiet">—</span>')
_PACE = (
    '<svg class="pace pace-{}" role="img" aria-label="{}">'
    '<rect class="pace-track" y="3" width="100%" height="8" rx="4"/>'
    '<rect class="pace-actual" y="3" width="{}" height="8" rx="4"/>{}{}</svg>'
)
_PACE_TARGET = '<line class="pace-target" x1="{0}" x2="{0}" y1="3" y2="11"/>'
_PACE_EXPECTED = '<line class="pace-expected" x1="{0}" x2="{0}" y1="1" y2="13"/>'


@register.simple_tag
def spark(values: Sequence[Decimal | int | None], label: str) -> str:
    line = shapes.spark(values)
    return format_html(_SPARK, label, line.path, *line.end) if line.end else ""


_SPARK = (
    '<svg class="spark" viewBox="0 0 96 24" role="img" aria-label="{}">'
    '<path d="{}"/><circle cx="{}" cy="{}" r="2"/></svg>'
)


@register.simple_tag
def tree_cell(
    node: object,
    depth: int,
    label: str,
    *,
    branch: bool = False,
    folded: bool = False,
    flat: bool = False,
    toggle: str = "",
    href: str = "",
    note: str = "",
) -> str:
    """The head of a row of a tree: what folds it, its name as a link, and a word about it."""
    name = format_html('<a href="{}">{}</a>', href, label) if href else label
    aside = format_html(' <span class="quiet small">{}</span>', note) if note else ""
    fold = "" if flat else _fold(node, label, toggle, folded=folded) if branch else _LEAF
    return format_html(_TREE_CELL, 0 if flat else depth, fold, name, aside)


def _fold(node: object, label: str, toggle: str, *, folded: bool) -> str:
    """By its address, or where there is none by a script."""
    said = format_html(gettext("Show what belongs to {label}"), label=label)
    about = ("false" if folded else "true", said, drawn("chevron-right", 16, ""))
    return format_html(_FOLD_LINK, node, toggle, *about) if toggle else format_html(_FOLD_BUTTON, *about)


_TREE_CELL = '<th scope="row"><div class="tree-cell tree-{}">{}<span>{}{}</span></div></th>'
_LEAF = mark_safe('<span class="tree-leaf"></span>')
_FOLD_LINK = (
    '<a class="tree-fold" id="fold-{0}" href="{1}" hx-get="{1}" role="button" aria-expanded="{2}"'
    ' aria-label="{3}">{4}</a>'
)
_FOLD_BUTTON = (
    '<button class="tree-fold" type="button" data-fold aria-expanded="{}" aria-label="{}">{}</button>'
)


@dataclass(frozen=True, slots=True)
class SortLink:
    href: str
    aria: str
    icon: str


@register.simple_tag(takes_context=True)
def sort_link(context: dict[str, Any], key: str) -> SortLink:
    """Where a column head leads: sorts by the column, and turns round when it is already sorted by it."""
    request: HttpRequest = context["request"]
    now = request.GET.get("sort", "")
    query = {**dict(request.GET.lists()), "sort": [f"-{key}" if now == key else key]}
    query.pop("page", None)
    aria, glyph = {key: ("ascending", "arrow-up"), f"-{key}": ("descending", "arrow-down")}.get(
        now, ("none", "chevrons-up-down")
    )
    return SortLink(href=f"?{urlencode(query, doseq=True)}", aria=aria, icon=glyph)
