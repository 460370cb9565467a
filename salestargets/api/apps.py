from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "salestargets.api"

    def ready(self) -> None:
        from salestargets.api import converters  # it needs the apps

        converters.register()  # before anything that has routes
        from salestargets.api import checks, pages  # noqa: F401

        pages.register()
