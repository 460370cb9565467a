"""Closed months: closed and opened in the settings, and what a KPI's page says of them."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from kpis.models import Closing
from salestargets.kernel.periods import add_months
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from tests.kpis.builders import a_deal, drained
from tests.web.pages.kit import Scene, hidden, sent, text_of

pytestmark = pytest.mark.django_db

PAGE, NEW = "/o/acme/settings/closings/", "/o/acme/settings/closings/new/"
QUARTER = [date(2026, month, 1) for month in (1, 2, 3)]


def test_a_month_is_closed_and_opened_again_with_a_reason(scene: Scene, admin: Client) -> None:
    month = add_months(timezone.now().date().replace(day=1), -1)
    assert "No month is closed" in text_of(admin, PAGE)
    sent(admin, NEW, {**hidden(admin, NEW), "month": month.isoformat()})
    with acting_for(scene.acme.pk):
        closing = Closing.objects.get()
    assert (closing.month, closing.how) == (month, "by_hand")
    assert f'value="{month.isoformat()}"' not in text_of(admin, NEW)
    reopen = f"{PAGE}{closing.pk}/reopen/"
    assert reopen in text_of(admin, PAGE)
    sent(admin, reopen, {**hidden(admin, reopen), "why": ""}, status=422)
    sent(admin, reopen, {**hidden(admin, reopen), "why": "An invoice was missing"})
    assert "No month is closed" in text_of(admin, PAGE)
    assert scene.browser("manager").get(PAGE).status_code == 403
    assert "An invoice was missing" in text_of(admin, "/o/acme/audit/?kind=closing")


def test_after_how_many_days_months_close_is_a_setting(scene: Scene, admin: Client) -> None:
    assert 'value="10"' in text_of(admin, PAGE)
    sent(admin, PAGE, {**hidden(admin, PAGE), "closes_after_days": "", "reason": ""})
    assert Organisation.objects.get(pk=scene.acme.pk).closes_after_days is None
    assert "Enter" in sent(admin, PAGE, {**hidden(admin, PAGE), "closes_after_days": "91"}, status=422)


def test_a_kpi_of_a_closed_quarter_says_what_it_was_and_what_corrected_it(
    scene: Scene, admin: Client
) -> None:
    a_deal(scene.acme, scene.world.alice, base=60_000, closed_on=date(2026, 3, 4))
    drained(scene.acme)
    path = "/o/acme/kpis/won_revenue/?in=2026-03-31"
    assert "As closed" not in text_of(admin, path)
    for month in QUARTER:
        sent(admin, NEW, {**hidden(admin, NEW), "month": month.isoformat()})
    page = text_of(admin, path)
    assert "Nothing was corrected since." in page
    a_deal(scene.acme, scene.world.alice, base=5_000, closed_on=date(2026, 3, 5))
    drained(scene.acme)
    page = text_of(admin, path)
    assert '<dt>As closed</dt><dd class="num">$600</dd>' in page
    assert '<dt>Corrected since</dt><dd class="num">+$50</dd>' in page
    assert '<dt>Now</dt><dd class="num">$650</dd>' in page
    assert '<td class="num">+$50</td><td class="num">$650</td>' in page
    rate = text_of(admin, "/o/acme/kpis/win_rate/?in=2026-03-31")
    assert '<dt>As closed</dt><dd class="num">100.0%</dd>' in rate
    assert "Corrected since" not in rate
