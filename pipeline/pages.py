"""The pages of this app in the navigation."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kpis.registry import RecordPage, register_record_page
from pipeline.listing import SHOWN
from pipeline.models import Deal
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Role
from salestargets.web.registry import NavItem, Step, register_page, register_step, register_tab


def register() -> None:
    admins = (Role.ADMIN,)
    register_page(NavItem("funnel", _("Funnel"), "funnel", "funnel", tuple(Role), 40))
    register_page(NavItem("deals", _("Deals"), "handshake", "deals", tuple(Role), 10, "records"))
    register_page(NavItem("records", _("Other records"), "layers", "all_records", tuple(Role), 15, "records"))
    register_page(NavItem("imports", _("Imports"), "file-up", "imports", admins, 20, "records"))
    register_tab("settings", NavItem("rates", _("Exchange rates"), "coins", "rates", admins, 30))
    register_tab("imports", NavItem("imports", _("Imports"), "file-up", "imports", admins, 10))
    register_tab("imports", NavItem("matches", _("Matches"), "link", "matches", admins, 20))
    register_record_page("deals", lambda slug, deal_id: reverse("deal", args=[slug, deal_id]))
    for kind in SHOWN:
        register_record_page(kind, _page_of(kind))
    register_step(
        Step(
            key="deals",
            title=_("Import deals"),
            about=_("An export of your CRM, tried out first: you see what would become of every row."),
            icon="handshake",
            url_name="import_new",
            query="?kind=deals",
            outcome="deals",
            order=30,
            is_done=has_deals,
        )
    )


def _page_of(kind: str) -> RecordPage:
    return lambda slug, record_id: reverse("record", args=[slug, kind, record_id])


def has_deals(_actor: Actor) -> bool:
    return Deal.objects.filter(deleted_at__isnull=True).exists()
