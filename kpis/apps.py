from django.apps import AppConfig


class KpisConfig(AppConfig):
    name = "kpis"

    def ready(self) -> None:
        from kpis.services.catalogue import install_catalogue
        from kpis.services.cells import QUEUE
        from salestargets.jobs.registry import register_queue
        from salestargets.tenancy.registry import register_installer

        register_queue(QUEUE, "kpis.drain")
        register_installer(install_catalogue)
