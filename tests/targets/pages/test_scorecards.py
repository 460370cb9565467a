"""Scorecards on pages: one's own, a unit's people beside each other, each number with where it is from."""

import pytest
from pytest_django import DjangoAssertNumQueries

from salestargets.tenancy.choices import Role
from tests.builders import a_person
from tests.targets.pages.conftest import Company, visitor
from tests.web.pages.kit import text_of

pytestmark = pytest.mark.django_db

CARDS = "/o/acme/scorecards/"


def test_a_rep_is_shown_their_own_and_nobody_elses(company: Company) -> None:
    rep = visitor(company.acme, Role.REP, company.world.alice)
    page = text_of(rep, CARDS)
    for told in ("Alice", "Veteran", "66.7%", "From the plan", "From the template", "Weight without a score"):
        assert told in page
    assert f"/o/acme/kpis/won_revenue/?person={company.world.alice.pk}" in page
    assert "Bob" not in page
    text_of(rep, f"{CARDS}person/{company.world.bob.pk}/", 404)
    text_of(rep, f"{CARDS}?unit={company.world.north.pk}", 404)


def test_a_manager_sees_the_people_of_their_unit_sorted_and_as_a_file(company: Company) -> None:
    manager = visitor(company.acme, Role.MANAGER, company.world.mona)
    page = text_of(manager, f"{CARDS}?sort=-score")
    places = [page.index(f">{name}</a>") for name in ("Alice", "Bob", "Mona")]
    assert places == sorted(places)
    assert "Carol" not in page
    answer = manager.get(f"{CARDS}?export=csv&q=ali")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    assert lines == ["Name,Template,Score,Weight without a score", "Alice,Veteran,0.702381,0.300000"]
    card = manager.get(f"{CARDS}person/{company.world.alice.pk}/?export=csv")
    rows = b"".join(card.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    assert rows[1] == "Won revenue,0.400000,$300,From the plan,$200,0.666667,0.666667,0.266667"


def test_any_fiscal_period_can_be_looked_at(company: Company) -> None:
    admin = visitor(company.acme, Role.ADMIN)
    path = f"{CARDS}person/{company.world.alice.pk}/"
    assert "2026-05" in text_of(admin, f"{path}?span=month&in=2026-05-09")
    assert "2026-Q1" in text_of(admin, f"{path}?in=2026-02-09")
    assert "2026-Q2" in text_of(admin, f"{path}?span=nonsense&in=tomorrow")


def test_the_people_of_a_unit_take_as_many_queries_as_one(
    company: Company, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    admin, path = visitor(company.acme, Role.ADMIN), f"{CARDS}?unit={company.world.west.pk}"
    text_of(admin, path)
    with django_assert_num_queries(46):
        admin.get(path)
    for name in ("Dora", "Eve", "Finn"):
        a_person(company.acme, name, unit=company.world.west)
    with django_assert_num_queries(46):
        admin.get(path)


def test_who_is_nobody_of_the_company_is_told_so(company: Company) -> None:
    assert "You are nobody of the company yet" in text_of(visitor(company.acme, Role.REP), CARDS)
