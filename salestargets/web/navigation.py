"""The pages of the platform itself in the navigation."""

from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role
from salestargets.tenancy.models import Person
from salestargets.web.registry import NavItem, Step, register_page, register_step, register_tab

ADMINS = (Role.ADMIN,)
EVERYBODY = tuple(Role)


def register() -> None:
    leading = (Role.ADMIN, Role.MANAGER, Role.VIEWER)
    register_page(NavItem("people", _("People & units"), "users-round", "people", leading, 10, "settings"))
    register_page(NavItem("settings", _("Settings"), "settings", "settings", ADMINS, 20, "settings"))
    register_page(NavItem("audit", _("Audit log"), "scroll-text", "audit", ADMINS, 30, "settings"))
    register_tab("people", NavItem("people", _("People"), "users-round", "people", EVERYBODY, 10))
    register_tab("people", NavItem("units", _("Units"), "network", "units", EVERYBODY, 20))
    register_tab("settings", NavItem("settings", _("Organisation"), "building-2", "settings", ADMINS, 10))
    register_tab("settings", NavItem("calendar", _("Calendar"), "calendar-range", "calendar", ADMINS, 15))
    register_tab("settings", NavItem("days", _("Special days"), "calendar-days", "days", ADMINS, 20))
    register_tab("settings", NavItem("members", _("Members"), "users", "members", ADMINS, 40))
    register_step(
        Step(
            key="calendar",
            title=_("Name and calendar"),
            about=_("Time zone, fiscal year, working days and holidays decide what is due by which day."),
            icon="calendar-days",
            url_name="settings",
            outcome="settings",
            order=10,
            is_done=is_settled,
        )
    )
    register_step(
        Step(
            key="people",
            title=_("Import people"),
            about=_("A file with names, units and managers makes the tree. Or add them by hand."),
            icon="users-round",
            url_name="import_new",
            query="?kind=roster",
            outcome="people",
            order=20,
            is_done=has_people,
        )
    )


def is_settled(actor: Actor) -> bool:
    """Who goes on without changing the settings has accepted them."""
    return actor.organisation.version > 1 or has_people(actor)


def has_people(_actor: Actor) -> bool:
    return Person.objects.exists()
