from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "salestargets.alerts"

    def ready(self) -> None:
        from salestargets.alerts import pages
        from salestargets.alerts.registry import register_channel
        from salestargets.alerts.services.mail import NOTICE_MAIL, queue_mail, send_next
        from salestargets.alerts.services.rules import install_rules
        from salestargets.jobs.registry import register_step
        from salestargets.tenancy.registry import register_installer

        register_installer(install_rules)
        register_channel(queue_mail)
        register_step(NOTICE_MAIL, send_next)
        pages.register()
