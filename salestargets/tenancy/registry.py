"""Higher apps say here what a new organisation needs from them, and that they follow its settings."""

from collections.abc import Callable
from datetime import datetime

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
