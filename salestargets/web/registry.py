"""Which pages the navigation offers. Apps fill it in `ready()`; the templates show what a role may see."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

SECTIONS: dict[str, Text] = {"work": "", "records": _("Records"), "settings": _("Settings")}


@dataclass(frozen=True, slots=True)
class NavItem:
    """A page of the organisation. `url_name` takes the organisation's slug and nothing else."""

    key: str
    label: Text
    icon: str
    url_name: str
    roles: Collection[str]
    order: int
    section: str = "work"


_pages: dict[str, NavItem] = {}


def register_page(item: NavItem) -> None:
    if _pages.setdefault(item.key, item) != item:
        raise ValueError(f"Two pages are called {item.key!r}.")
    if item.section not in SECTIONS:
        raise ValueError(f"No section {item.section!r}: one of {', '.join(SECTIONS)}.")


def pages_for(role: str) -> list[NavItem]:
    """The pages a role may see, section by section, in order."""
    sections = list(SECTIONS)
    seen = (item for item in _pages.values() if role in item.roles)
    return sorted(seen, key=lambda item: (sections.index(item.section), item.order, item.key))
