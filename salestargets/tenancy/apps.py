from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "salestargets.tenancy"

    def ready(self) -> None:
        from salestargets.tenancy import kinds  # its models are there only now

        kinds.register()
