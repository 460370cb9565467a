"""Higher apps say here what a new organisation needs from them, and what its settings mean to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from salestargets.kernel.fiscal import FiscalCalendar
from salestargets.tenancy.models import Organisation

#: Called inside the new organisation's context, in order of registration. Safe to run twice.
Installer = Callable[[Organisation, datetime], None]
INSTALLERS: list[Installer] = []


def register_installer(installer: Installer) -> None:
    INSTALLERS.append(installer)


#: Called in the transaction that changed how an organisation counts: its calendar, its levels.
SettingsFollower = Callable[[Organisation], None]
SETTINGS_FOLLOWERS: list[SettingsFollower] = []


def register_settings_follower(follower: SettingsFollower) -> None:
    SETTINGS_FOLLOWERS.append(follower)


def tell_settings_changed(organisation: Organisation) -> None:
    for follower in SETTINGS_FOLLOWERS:
        follower(organisation)


@dataclass(frozen=True)
class Impact:
    """What another calendar would mean for something: a sentence, and where that is to be seen."""

    text: str
    link: str = ""


#: Asked before the calendar changes, inside the organisation's context; answers in the reader's language.
CalendarImpact = Callable[[Organisation, FiscalCalendar], Sequence[Impact]]
CALENDAR_IMPACTS: list[CalendarImpact] = []


def register_calendar_impact(impact: CalendarImpact) -> None:
    CALENDAR_IMPACTS.append(impact)


def calendar_impacts(organisation: Organisation, calendar: FiscalCalendar) -> list[Impact]:
    """What another calendar would mean, in order of registration."""
    return [found for impact in CALENDAR_IMPACTS for found in impact(organisation, calendar)]
