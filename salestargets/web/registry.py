"""What all apps add to the pages: navigation, tabs, bells, first steps. They do so in `ready()`."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.access import Actor

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


_tabs: dict[str, list[NavItem]] = {}


def register_tab(group: str, item: NavItem) -> None:
    """A page beside others under one entry of the navigation, such as the settings."""
    tabs = _tabs.setdefault(group, [])
    if item not in tabs:
        tabs.append(item)


def tabs_for(group: str, role: str) -> list[NavItem]:
    seen = (item for item in _tabs.get(group, []) if role in item.roles)
    return sorted(seen, key=lambda item: (item.order, item.key))


@dataclass(frozen=True, slots=True)
class Bell:
    """What waits for a member, counted in the top bar of every page: `count` must be cheap."""

    label: Text
    icon: str
    url_name: str
    count: Callable[[Actor, date], int]


bells: list[Bell] = []


def register_bell(bell: Bell) -> None:
    if bell not in bells:
        bells.append(bell)


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first steps of a new organisation: where it is taken, and where its outcome is seen."""

    key: str
    title: Text
    about: Text
    icon: str
    url_name: str
    outcome: str
    order: int
    is_done: Callable[[Actor], bool]
    query: str = ""


_steps: dict[str, Step] = {}


def register_step(step: Step) -> None:
    _steps[step.key] = step


def first_steps() -> list[Step]:
    return sorted(_steps.values(), key=lambda step: step.order)
