"""Higher apps say here what a new organisation needs from them, and what its settings mean to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

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
    """What a change would mean for something: a sentence, where that is to be seen, and its numbers."""

    text: str
    link: str = ""
    details: tuple[str, ...] = ()


C = TypeVar("C")
#: By kind of change. Asked before it is made, inside the organisation's context, in the reader's language.
IMPACTS: list[tuple[type, Callable[[Organisation, Any], Sequence[Impact]]]] = []


def register_impact(change: type[C], impact: Callable[[Organisation, C], Sequence[Impact]]) -> None:
    """Say what changes of a kind mean, such as those in `changes`; a higher app may have kinds of its own."""
    IMPACTS.append((change, impact))


def impacts_of(organisation: Organisation, change: object) -> list[Impact]:
    """What a change that is not made yet would mean, in order of registration."""
    asked = [impact for kind, impact in IMPACTS if isinstance(change, kind)]
    return [found for impact in asked for found in impact(organisation, change)]
