from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "salestargets.web"

    def ready(self) -> None:
        from salestargets.jobs.registry import register_step
        from salestargets.web import navigation
        from salestargets.web.invitations import INVITATION, send_invitation

        navigation.register()
        register_step(INVITATION, send_invitation)
