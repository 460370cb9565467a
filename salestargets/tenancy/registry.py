"""Higher apps say here what a new organisation needs from them."""

from collections.abc import Callable
from datetime import datetime

from salestargets.tenancy.models import Organisation

#: Called inside the new organisation's context, in order of registration. Safe to run twice.
Installer = Callable[[Organisation, datetime], None]
INSTALLERS: list[Installer] = []


def register_installer(installer: Installer) -> None:
    INSTALLERS.append(installer)
