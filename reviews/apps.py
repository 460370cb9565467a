from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from reviews.selectors import causes_before
        from salestargets.tenancy.choices import Role
        from salestargets.web.registry import NavItem, register_page
        from targets.registry import register_causes

        register_causes(causes_before)
        seeing_units = (Role.ADMIN, Role.MANAGER, Role.VIEWER)
        register_page(NavItem("reviews", _("Reviews"), "messages-square", "reviews", seeing_units, 60))
