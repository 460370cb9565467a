from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KpisConfig(AppConfig):
    name = "kpis"

    def ready(self) -> None:
        from kpis.services.catalogue import install_catalogue
        from kpis.services.cells import QUEUE
        from salestargets.jobs.registry import register_queue
        from salestargets.tenancy.choices import Role
        from salestargets.tenancy.registry import register_installer
        from salestargets.web.registry import NavItem, register_page

        register_queue(QUEUE, "kpis.drain")
        register_installer(install_catalogue)
        register_page(NavItem("kpis", _("KPIs"), "chart-column", "kpis", tuple(Role), 50))
