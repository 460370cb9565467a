from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "salestargets.web"

    def ready(self) -> None:
        from salestargets.tenancy.choices import Role
        from salestargets.web.registry import NavItem, register_page, register_tab

        seen = (Role.ADMIN, Role.MANAGER, Role.VIEWER)
        register_page(NavItem("people", _("People & units"), "users", "people", seen, 10, "settings"))
        register_tab("people", NavItem("people", _("People"), "users", "people", tuple(Role), 10))
        register_tab("people", NavItem("units", _("Units"), "network", "units", tuple(Role), 20))
