"""The bench at a small size: what it compares is equal, and what it writes is what readers expect."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bench import bulk, goals, ingest, listing, page, recompute
from bench.figures import BEGIN, END, Figure, publish
from bench.organisations import Size, deals, structure
from kpis.services import verify
from pipeline.models import Deal
from salestargets.demo.services import load_demo
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SIZE = Size(people=30, on=date(2026, 11, 22))
FIGURE = Figure(name="One", ours=2.0, reference=4.0, unit="s", goal=0.6, is_speed=False)


def test_an_organisation_is_the_same_for_a_seed_and_its_deals_for_their_numbers() -> None:
    assert structure(SIZE) == structure(Size(people=30, on=date(2026, 11, 22)))
    assert list(deals(SIZE, range(5, 10))) == list(deals(SIZE, range(10)))[5:]
    assert list(deals(replace(SIZE, seed=2), range(9))) != list(deals(SIZE, range(9)))


def test_an_edition_differs_in_the_amounts_alone() -> None:
    before, after = list(deals(SIZE, range(50))), list(deals(SIZE, range(50), edition=1))
    assert all(row["amount"] != other["amount"] for row, other in zip(before, after, strict=True))
    assert [{**row, "amount": ""} for row in before] == [{**row, "amount": ""} for row in after]


@pytest.mark.django_db
def test_deals_by_file_and_over_rest_and_by_hand_are_the_same_in_the_end() -> None:
    files, rest, by_hand = (bulk.an_organisation(slug, SIZE, at=AT) for slug in ("files", "rest", "hand"))
    figures = ingest.measure(files, rest, by_hand, SIZE, count=100, at=AT)
    assert [figure.name for figure in figures] == [
        "100 deals by file, half of them changed",
        "100 deals over REST, half of them changed",
    ]
    assert len(deals_of(files)) == 200
    assert deals_of(files) == deals_of(rest) == deals_of(by_hand)


def deals_of(organisation: Organisation) -> list[dict[str, object]]:
    """All that does not name a row by its id."""
    plain = [field.name for field in Deal._meta.fields if not field.is_relation]
    with acting_for(organisation.pk):
        rows = Deal.objects.order_by("external_id").values(*plain, "owner__external_id")
        return [{**row, "id": None, "changed_at": None} for row in rows]


@pytest.mark.django_db
def test_the_hand_written_aggregate_makes_the_cells_of_the_engine() -> None:
    organisation = bulk.an_organisation("ours", SIZE, at=AT)
    bulk.load(organisation, "deals", list(deals(SIZE, range(500))), at=AT)
    assert recompute.measure(organisation, at=AT).name == "Full recompute, 500 deals"
    assert verify(organisation.pk, at=AT) == []


@pytest.mark.django_db
def test_the_hand_written_update_makes_the_numbers_of_people() -> None:
    plan = goals.an_organisation(SIZE, orders=300, at=AT)
    assert [figure.name for figure in goals.measure(plan, at=AT)] == [
        "360 targets of people over 300 orders, brought up to date",
        "360 targets of people over 300 orders, from none",
    ]


def test_twice_the_time_for_twice_as_much_grows_with_exponent_one() -> None:
    figure = recompute.growth(FIGURE, replace(FIGURE, ours=4.0, reference=16.0), times=2)
    assert (figure.ours, figure.reference) == (1.0, 2.0)
    assert figure.holds


@pytest.mark.django_db
def test_every_page_and_the_empty_one_answer() -> None:
    load_demo(at=AT, password="never used")
    figures = page.measure(page.an_organisation(SIZE, at=AT), SIZE, requests=1)
    assert [figure.name for figure in figures] == [
        "Today page of a rep",
        "Team page, 30 people",
        "Plan page, 30 people",
        "Plan page with its grid's numbers, 30 people",
    ]
    assert all(figure.ours > 0 and figure.reference > 0 for figure in figures)


@pytest.mark.django_db
def test_the_list_and_the_cursor_give_the_same_rows() -> None:
    organisation = bulk.an_organisation("listed", SIZE, at=AT)
    bulk.load(organisation, "deals", list(deals(SIZE, range(50))), at=AT)
    figure = listing.measure(organisation, count=20, requests=1, at=AT)
    assert figure.name == "List of 20 deals over REST"
    assert len(listing.results(listing.by_hand(organisation, 20))) == 20


def test_a_figure_holds_on_the_right_side_of_its_goal() -> None:
    assert FIGURE.ratio == 0.5
    assert FIGURE.holds
    assert not replace(FIGURE, is_speed=True).holds
    assert not replace(FIGURE, goal=0.4).holds
    assert replace(FIGURE, goal=2.0, is_absolute=True).holds
    assert not replace(FIGURE, goal=1.9, is_absolute=True).holds


def test_figures_go_between_the_marks_of_the_readme_and_into_a_list(tmp_path: Path) -> None:
    readme, results = tmp_path / "README.md", tmp_path / "results.json"
    readme.write_text(f"before\n{BEGIN}\nstale\n{END}\nafter\n")
    publish([FIGURE], on="2 cores", readme=readme, results=results)
    text = readme.read_text()
    assert text.startswith(f"before\n{BEGIN}\nMeasured by `make bench` on 2 cores;")
    assert "| One | 2 s | 4 s | 0.50 | ≤ 0.6 | yes |" in text
    assert text.endswith(f"\n{END}\nafter\n")
    assert "stale" not in text
    assert json.loads(results.read_text()) == [
        {"name": "One", "ours": 2.0, "reference": 4.0, "unit": "s", "ratio": 0.5, "goal": 0.6, "holds": True}
    ]


def test_a_readme_without_the_marks_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("nothing")
    with pytest.raises(ValueError, match="has no"):
        publish([FIGURE], on="2 cores", readme=readme, results=tmp_path / "results.json")
    assert readme.read_text() == "nothing"
