"""Another fiscal calendar is looked at, with what it affects, before it can be saved."""

import re
from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from salestargets.tenancy.changes import NewCalendar
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import FiscalYear, Organisation
from salestargets.tenancy.registry import Impact, register_impact
from tests.web.pages.kit import HTMX, Scene, hidden, sent, text_of

pytestmark = pytest.mark.django_db

CALENDAR = "/o/acme/settings/calendar/"
NEW = f"{CALENDAR}years/new/"
RETAIL = {
    "fiscal_pattern": "454",
    "fiscal_year_start_month": "2",
    "fiscal_year_named_after": "start",
    "fiscal_week_starts_on": "6",
    "fiscal_year_end_rule": "nearest",
}
THIRDS = {
    "number": "2026",
    "period_starts": "2026-01-01\n2026-05-01\n2026-09-01",
    "last_day": "2026-12-31",
    "quarter_starts": "",
}


def now(scene: Scene) -> Organisation:
    return Organisation.objects.get(pk=scene.acme.pk)


def asked(path: str, data: dict[str, str]) -> str:
    return f"{path}?{urlencode(data)}"


def years_of(scene: Scene) -> list[tuple[int, date, date]]:
    with acting_for(scene.acme.pk):
        return list(FiscalYear.objects.order_by("number").values_list("number", "starts_on", "ends_on"))


def test_the_calendar_shows_this_year_and_the_next(scene: Scene, admin: Client) -> None:
    page = text_of(admin, CALENDAR)
    assert "<h2>2026</h2>" in page
    assert "<h2>2027</h2>" in page
    assert '<th colspan="4" scope="rowgroup">2026-Q3</th>' in page
    assert '<td class="nowrap">2026-07</td>' in page
    assert "31 days" in page
    assert "What it affects" not in page


def test_another_pattern_is_previewed_and_says_what_it_affects(scene: Scene, admin: Client) -> None:
    page = text_of(admin, asked(CALENDAR, RETAIL))
    assert "<h2>FY2026</h2>" in page
    assert "FY2026-P12" in page
    assert "5 weeks" in page
    assert (
        "Today is in 2026-Q2 (Apr 1, 2026 – Jun 30, 2026)"
        " and would be in FY2026-Q2 (May 3, 2026 – Aug 1, 2026)." in page
    )
    assert "Nothing is deleted or rewritten." in page
    assert now(scene).version == 1


def test_the_preview_alone_is_what_a_change_of_the_form_asks_for(scene: Scene, admin: Client) -> None:
    page = text_of(admin, asked(CALENDAR, RETAIL), **HTMX)
    assert page.startswith('<div id="preview"')
    assert 'name="fiscal_pattern" value="454"' in page


def test_what_was_previewed_is_saved_and_the_reason_is_kept(scene: Scene, admin: Client) -> None:
    address = asked(CALENDAR, RETAIL)
    sent(admin, CALENDAR, {**RETAIL, "reason": "We sell by weeks", **hidden(admin, address)})
    organisation = now(scene)
    assert (organisation.fiscal_pattern, organisation.fiscal_week_starts_on) == ("454", 6)
    page = text_of(admin, "/o/acme/audit/?kind=organisation")
    assert "We sell by weeks" in page
    assert "Fiscal periods:</span> Calendar months → Weeks, 4-5-4 a quarter" in page
    assert "FY2026-Q2" in text_of(admin, "/o/acme/kpis/won_revenue/")


def test_a_calendar_saved_meanwhile_is_not_overwritten(scene: Scene, admin: Client) -> None:
    read = hidden(admin, asked(CALENDAR, RETAIL))
    sent(admin, CALENDAR, {**RETAIL, **hidden(admin, asked(CALENDAR, RETAIL))})
    page = sent(admin, CALENDAR, {**RETAIL, "fiscal_pattern": "445", **read}, 422)
    assert "Someone else changed this in the meantime" in page
    assert now(scene).fiscal_pattern == "454"


@pytest.mark.parametrize(
    "wrong", [{"fiscal_pattern": "555"}, {"fiscal_year_start_month": "13"}, {"fiscal_week_starts_on": "x"}]
)
def test_a_calendar_that_makes_no_sense_is_refused(
    scene: Scene, admin: Client, wrong: dict[str, str]
) -> None:
    assert "What it affects" not in text_of(admin, asked(CALENDAR, RETAIL | wrong))
    sent(admin, CALENDAR, {**RETAIL, **wrong, "version": "1"}, 422)
    assert now(scene).version == 1


def test_higher_apps_are_asked_what_a_calendar_means_to_them(
    scene: Scene, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salestargets.tenancy.registry.IMPACTS", [])

    def kept(organisation: Organisation, change: NewCalendar) -> Sequence[Impact]:
        return [
            Impact(
                f"One plan keeps its months, not {change.calendar.name(change.calendar.year(2026))}.",
                "/o/acme/",
            )
        ]

    register_impact(NewCalendar, kept)
    assert "keeps its months" not in text_of(admin, CALENDAR)
    assert '<a href="/o/acme/">One plan keeps its months, not FY2026.</a>' in text_of(
        admin, asked(CALENDAR, RETAIL)
    )


def test_a_new_year_is_filled_with_the_shape_of_the_last_listed_one(scene: Scene, admin: Client) -> None:
    page = text_of(admin, NEW)
    assert 'value="2031"' in page
    assert ">2031-01-01</textarea>" in page.replace("> ", ">")
    weeks = text_of(admin, f"{NEW}?shape=weeks")
    assert "2031-P13" in weeks


def test_a_year_is_listed_changed_and_removed(scene: Scene, admin: Client) -> None:
    page = text_of(admin, asked(NEW, THIRDS))
    assert "2026-P03" in page
    assert "Nothing yet: listed years count while" in page
    sent(admin, NEW, {**THIRDS, **hidden(admin, asked(NEW, THIRDS))})
    assert years_of(scene)[0] == (2026, date(2026, 1, 1), date(2027, 1, 1))
    with acting_for(scene.acme.pk):
        edit = f"{CALENDAR}years/{FiscalYear.objects.get(number=2026).pk}/"
    wider = {**THIRDS, "period_starts": "2025-12-29\n2026-05-01"}
    sent(admin, edit, {**wider, **hidden(admin, asked(edit, wider))})
    assert years_of(scene)[0] == (2026, date(2025, 12, 29), date(2027, 1, 1))
    assert "Dec 29, 2025" in text_of(admin, CALENDAR)
    assert "Nothing is deleted or rewritten." in text_of(admin, f"{edit}remove/")
    shown = hidden(admin, f"{edit}remove/")
    assert "Someone else changed this" in sent(admin, f"{edit}remove/", {**shown, "version": "1"}, 422)
    assert [number for number, *_days in years_of(scene)] == [2026, 2030]
    sent(admin, f"{edit}remove/", shown)
    assert [number for number, *_days in years_of(scene)] == [2030]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"period_starts": "2026-01-01\n2026-13-01"}, "First days of the periods"),
        ({"period_starts": "2026-05-01\n2026-01-01"}, "must ascend"),
        ({"quarter_starts": "2026-02-01"}, "A quarter begins with a period"),
        ({"last_day": ""}, "Last day of the year"),
        ({"number": "2029", "last_day": "2026-12-31"}, "cannot begin on 2026-01-01"),
        ({"number": "2030"}, "cannot begin on"),
    ],
)
def test_a_year_that_makes_no_sense_is_told_so_and_not_saved(
    scene: Scene, admin: Client, wrong: dict[str, str], told: str
) -> None:
    for headers in ({}, HTMX):
        page = text_of(admin, asked(NEW, THIRDS | wrong), **headers)
        assert told in page
        assert "What it affects" not in page
    sent(admin, NEW, THIRDS | wrong, 422)
    assert [number for number, *_days in years_of(scene)] == [2030]


def test_a_listed_year_counts_once_the_calendar_says_so(scene: Scene, admin: Client) -> None:
    sent(admin, NEW, {**THIRDS, **hidden(admin, asked(NEW, THIRDS))})
    listed = {**RETAIL, "fiscal_pattern": "custom", "fiscal_year_start_month": "1"}
    page = text_of(admin, asked(CALENDAR, listed))
    assert "and would be in 2026 (Jan 1, 2026 – Dec 31, 2026)" in page
    sent(admin, CALENDAR, {**listed, **hidden(admin, asked(CALENDAR, listed))})
    assert "2026-P02" in text_of(admin, CALENDAR)
    assert now(scene).fiscal_pattern == "custom"


def test_the_calendar_asks_as_much_for_one_listed_year_as_for_three(
    scene: Scene, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    text_of(admin, CALENDAR)
    with django_assert_num_queries(13):
        text_of(admin, CALENDAR)
    for _again in range(2):
        page = admin.get(NEW).content.decode()
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        sent(admin, NEW, fields)
    assert len(years_of(scene)) == 3
    with django_assert_num_queries(13):
        text_of(admin, CALENDAR)
