"""What the navigation offers of this app."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kpis.registry import register_record_page
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role
from salestargets.web.registry import NavItem, Step, register_page, register_step, register_tab
from targets.models import Plan

STEERING = (Role.ADMIN, Role.MANAGER, Role.VIEWER)


def register() -> None:
    register_record_page("targets", lambda slug, target_id: reverse("history", args=[slug, target_id]))
    register_page(NavItem("today", _("Today"), "gauge", "today", tuple(Role), 10))
    register_page(NavItem("scorecards", _("Scorecards"), "clipboard-check", "scorecards", tuple(Role), 25))
    register_page(NavItem("team", _("Team"), "users", "team", STEERING, 20))
    register_page(NavItem("plans", _("Plans"), "target", "plans", STEERING, 30))
    register_tab("plans", NavItem("plans", _("Plans"), "target", "plans", STEERING, 10))
    register_tab("plans", NavItem("potentials", _("Potentials"), "compass", "potentials", STEERING, 30))
    register_tab("plans", NavItem("objectives", _("Objectives"), "flag", "objectives", STEERING, 20))
    register_tab("settings", NavItem("planning", _("Planning"), "target", "planning", (Role.ADMIN,), 45))
    register_step(
        Step(
            key="plan",
            title=_("First plan"),
            about=_("A quarter, a goal for won revenue, and its split down to each person."),
            icon="target",
            url_name="plans",
            outcome="plans",
            order=40,
            is_done=has_plan,
        )
    )


def has_plan(_actor: Actor) -> bool:
    return Plan.objects.exists()
