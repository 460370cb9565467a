"""The pages of this app in the navigation."""

from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.choices import Role
from salestargets.web.registry import NavItem, register_page, register_tab


def register() -> None:
    admins = (Role.ADMIN,)
    register_page(NavItem("deals", _("Deals"), "handshake", "deals", tuple(Role), 10, "records"))
    register_page(NavItem("imports", _("Imports"), "file-up", "imports", admins, 20, "records"))
    register_tab("settings", NavItem("rates", _("Exchange rates"), "coins", "rates", admins, 30))
    register_tab("imports", NavItem("imports", _("Imports"), "file-up", "imports", admins, 10))
    register_tab("imports", NavItem("matches", _("Matches"), "link", "matches", admins, 20))
