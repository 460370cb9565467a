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
from django.utils.translation import get_language
from lucide.templatetags.lucide import lucide

from salestargets.web import shapes
from salestargets.web.bells import Bells, bells_of
from salestargets.web.registry import SECTIONS, NavItem, Text, pages_for, tabs_for
from salestargets.web.status import STATUSES

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


@register.inclusion_tag("web/pace.html")
def pace(attainment: Decimal | None, expected: Decimal | None, key: str) -> dict[str, object]:
    """A bar: how much of a target is reached, and how much was expected by now."""
    marks = shapes.pace_marks(attainment, expected)
    return {"attainment": attainment, "expected": expected, "marks": marks, "tone": STATUSES[key].tone}


@register.inclusion_tag("web/spark.html")
def spark(values: Sequence[Decimal | int | None], label: str) -> dict[str, object]:
    return {"line": shapes.spark(values), "label": label}


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
    query = request.GET.copy()
    query["sort"] = f"-{key}" if now == key else key
    query.pop("page", None)
    aria, glyph = {key: ("ascending", "arrow-up"), f"-{key}": ("descending", "arrow-down")}.get(
        now, ("none", "chevrons-up-down")
    )
    return SortLink(href=f"?{query.urlencode()}", aria=aria, icon=glyph)
