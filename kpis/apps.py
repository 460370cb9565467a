from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class KpisConfig(AppConfig):
    name = "kpis"

    def ready(self) -> None:
        from kpis import logged, measures, notices
        from kpis.registry import register_record_page
        from kpis.services.catalogue import install_catalogue
        from kpis.services.cells import QUEUE
        from kpis.services.templates import install_templates
        from salestargets.jobs.registry import register_queue
        from salestargets.tenancy.choices import Role
        from salestargets.tenancy.registry import register_installer
        from salestargets.web.registry import NavItem, register_page, register_tab

        measures.register()
        notices.register()
        logged.register()
        register_queue(QUEUE, "kpis.drain")
        register_installer(install_catalogue)
        register_installer(install_templates)
        register_tab(
            "settings",
            NavItem("closings", _("Closed months"), "lock", "closings", (Role.ADMIN,), 17),
        )
        register_record_page("kpi-entries", lambda slug, entry_id: reverse("entry", args=[slug, entry_id]))
        register_page(NavItem("kpis", _("KPIs"), "chart-column", "kpis", tuple(Role), 50))
        register_tab("kpis", NavItem("kpis", _("KPIs"), "chart-column", "kpis", tuple(Role), 10))
        admins, templates = (Role.ADMIN,), "kpi_templates"
        register_tab("kpis", NavItem(templates, _("Templates"), "clipboard-list", templates, admins, 20))
