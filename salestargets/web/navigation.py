"""The pages of the platform itself in the navigation."""

from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.choices import Role
from salestargets.web.registry import NavItem, register_page, register_tab

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
    register_tab("settings", NavItem("days", _("Special days"), "calendar-days", "days", ADMINS, 20))
    register_tab("settings", NavItem("members", _("Members"), "users", "members", ADMINS, 40))
