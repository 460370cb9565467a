"""What the navigation offers of this app."""

from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.choices import Role
from salestargets.web.registry import NavItem, register_page

STEERING = (Role.ADMIN, Role.MANAGER, Role.VIEWER)


def register() -> None:
    register_page(NavItem("today", _("Today"), "gauge", "today", tuple(Role), 10))
    register_page(NavItem("team", _("Team"), "users", "team", STEERING, 20))
    register_page(NavItem("plans", _("Plans"), "target", "plans", STEERING, 30))
