from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "salestargets.api"

    def ready(self) -> None:
        from salestargets.api import checks, converters  # noqa: F401  they need the apps

        converters.register()
