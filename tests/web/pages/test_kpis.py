"""KPIs to read: how they are made, what they are, who contributes, and the records behind them."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kpis.catalogue import BUILT_IN
from salestargets.tenancy.choices import Role
from tests.kpis.builders import a_deal, drained
from tests.web.pages.kit import Scene, text_of, visitor

pytestmark = pytest.mark.django_db

KPIS = "/o/acme/kpis/"


def test_the_catalogue_says_how_each_is_made(scene: Scene, admin: Client) -> None:
    page = text_of(admin, KPIS)
    for part in ("Won revenue", "Won deals ÷ (Won deals + Lost deals)", "Lower is better", "Quality"):
        assert part in page


def test_the_catalogue_leaves_as_a_file(scene: Scene, admin: Client) -> None:
    answer = admin.get(f"{KPIS}?export=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    assert lines[0] == "Key,Name,What it tells,Formula,Source,Counted in,Direction,Nature"
    assert len(lines) == 1 + len(BUILT_IN)


def test_a_kpi_shows_the_quarter_its_months_its_people_and_its_records(scene: Scene, admin: Client) -> None:
    a_deal(scene.acme, scene.world.carol, base=60_000)
    drained(scene.acme)
    page = text_of(admin, f"{KPIS}won_revenue/")
    assert '<p class="stat-value">$800</p>' in page
    assert '<th scope="row">May 2026</th><td class="num">$800</td>' in page
    assert page.index("Carol</a>") < page.index("Alice</a>")
    assert '<td class="num">75.0%</td>' in page
    assert "2 records in all" in page
    assert '<td class="num">$800.00</td>' in page


def test_a_quotient_opens_above_and_below_the_line(scene: Scene, admin: Client) -> None:
    a_deal(scene.acme, scene.world.carol, status="lost", name="Grey Heron")
    drained(scene.acme)
    path = f"{KPIS}win_rate/records/"
    above, below = text_of(admin, path), text_of(admin, f"{path}?part=denominator")
    for page in (above, below):
        assert "Win rate: 50.0%" in page
        assert 'Won deals: <span class="num">1</span>' in page
        assert '÷ Won deals + Lost deals: <span class="num">2</span>' in page
    assert "Grey Heron" not in above
    assert '<td class="num">1</td></tr></tfoot>' in above
    assert '<td class="num">2</td></tr></tfoot>' in below
    [link] = re.findall(r'<a href="([^"]*)">Grey Heron</a>', below)
    assert "Grey Heron" in text_of(admin, link)
    file = b"".join(admin.get(f"{path}?part=denominator&export=csv").streaming_content).decode("utf-8-sig")
    lines = [line.split(",") for line in file.splitlines()]
    assert (lines[0][-1], sorted(line[-1] for line in lines[1:])) == ("Won deals + Lost deals", ["1", "1"])
    rep = scene.browser("rep")
    assert "Grey Heron" not in text_of(rep, f"{path}?part=denominator")
    assert rep.get(f"{path}?unit={scene.world.north.pk}").status_code == 404


def test_records_come_in_pages(scene: Scene, admin: Client) -> None:
    for number in range(54):
        a_deal(scene.acme, scene.world.alice, base=100, name=f"Small {number}")
    drained(scene.acme)
    first = text_of(admin, f"{KPIS}won_revenue/records/")
    after = re.findall(r"after=([^\"&]+)", first)[0]
    assert (first.count("Small "), "55 records in all" in first, "$254.00" in first) == (50, True, True)
    assert text_of(admin, f"{KPIS}won_revenue/records/?after={after}").count("Small ") == 4
    assert admin.get(f"{KPIS}won_revenue/records/?after=nonsense").status_code == 404


def test_the_quarter_before_is_one_click_away(scene: Scene, admin: Client) -> None:
    page = text_of(admin, f"{KPIS}won_revenue/?in=2026-03-31")
    assert "2026-Q1" in page
    assert '<p class="stat-value">$0</p>' in page
    assert "No record counts in this quarter" in page
    assert "by month" not in page


def test_a_ratio_is_a_line_without_shares(scene: Scene, admin: Client) -> None:
    a_deal(scene.acme, scene.world.alice, status="lost")
    drained(scene.acme)
    page = text_of(admin, f"{KPIS}win_rate/")
    assert '<p class="stat-value">50.0%</p>' in page
    assert "1 / 2" in page
    assert "7.6%" not in page


def test_what_there_is_at_a_moment_is_shown_month_by_month_too(scene: Scene, admin: Client) -> None:
    a_deal(scene.acme, scene.world.alice, status="open", base=5_000)
    page = text_of(admin, f"{KPIS}open_pipeline/")
    assert '<p class="stat-value">$50</p>' in page
    assert "At the end of the quarter, or now" in page


@pytest.mark.parametrize(
    ("role", "sees"), [("admin", "$800"), ("viewer", "$800"), ("manager", "$200"), ("rep", "$200")]
)
def test_everyone_sees_their_own_part_first(scene: Scene, role: str, sees: str) -> None:
    a_deal(scene.acme, scene.world.carol, base=60_000)
    drained(scene.acme)
    assert f'<p class="stat-value">{sees}</p>' in text_of(scene.browser(role), f"{KPIS}won_revenue/")


def test_a_rep_cannot_ask_for_someone_else(scene: Scene) -> None:
    rep, path = scene.browser("rep"), f"{KPIS}won_revenue/"
    assert rep.get(f"{path}?person={scene.world.bob.pk}").status_code == 404
    assert rep.get(f"{path}?unit={scene.world.north.pk}").status_code == 404
    assert rep.get(f"{path}?person={scene.theirs.person_id}").status_code == 404


def test_a_rep_who_is_nobody_in_the_tree_is_told_so(scene: Scene) -> None:
    assert "You are nobody in the tree yet" in text_of(visitor(scene.acme, Role.REP), f"{KPIS}won_revenue/")


def test_there_is_no_kpi_of_that_name(scene: Scene, admin: Client) -> None:
    assert admin.get(f"{KPIS}happiness/").status_code == 404


def test_three_people_ask_no_more_than_one(
    scene: Scene, admin: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    admin.get(KPIS)
    with django_assert_num_queries(25):
        admin.get(f"{KPIS}won_revenue/")
    for person in (scene.world.bob, scene.world.carol):
        a_deal(scene.acme, person)
    drained(scene.acme)
    with django_assert_num_queries(25):
        admin.get(f"{KPIS}won_revenue/")
