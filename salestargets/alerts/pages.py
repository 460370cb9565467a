"""The pages of alerts in the navigation, and the two bells in the top bar."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from salestargets.alerts.selectors import inbox, own_notices
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role
from salestargets.web.bells import MOST
from salestargets.web.registry import Bell, NavItem, register_bell, register_page, register_tab


def open_alerts(actor: Actor, on: date) -> int:
    return inbox(actor, on).count()


def unread_notices(actor: Actor, _on: date) -> int:
    return own_notices(actor, unread=True)[: MOST + 1].count()


def register() -> None:
    register_page(NavItem("alerts", _("Alerts"), "bell", "alerts", tuple(Role), 60))
    register_tab("settings", NavItem("rules", _("Alert rules"), "bell-ring", "rules", (Role.ADMIN,), 60))
    register_bell(Bell(_("Open alerts"), "bell", "alerts", open_alerts))
    register_bell(Bell(_("Unread notices"), "inbox", "notices", unread_notices))
