from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "salestargets.alerts"

    def ready(self) -> None:
        from salestargets.alerts import pages
        from salestargets.alerts.services.rules import install_rules
        from salestargets.tenancy.registry import register_installer

        register_installer(install_rules)
        pages.register()
