"""The fiscal calendar over REST: looked at before it is changed, and changed by the same services."""

from datetime import date

import pytest

from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import FiscalYear, Organisation
from tests.api.clients import Api, an_integration
from tests.builders import World, a_world
from tests.lasting import lasting

pytestmark = pytest.mark.django_db
YEARS, CALENDAR = "/api/v1/fiscal-years/", "/api/v1/fiscal-calendar/"
LISTED = {
    "number": 2026,
    "period_starts": ["2026-01-01", "2026-04-01", "2026-08-01"],
    "ends_on": "2027-01-01",
    "quarter_starts": ["2026-01-01", "2026-08-01"],
}


@lasting
def world() -> World:
    return a_world()


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


def names(rows: list[dict[str, str]]) -> list[str]:
    return [row["name"] for row in rows]


def test_a_year_is_shown_with_its_parts(api: Api) -> None:
    shown = api.get(f"{CALENDAR}?year=2026").json()
    assert shown["year"] == {"name": "2026", "starts_on": "2026-01-01", "ends_on": "2027-01-01"}
    assert names(shown["halves"]) == ["2026-H1", "2026-H2"]
    assert names(shown["quarters"])[2] == "2026-Q3"
    assert names(shown["periods"])[6] == "2026-07"
    assert shown["affects"] == []


def test_another_calendar_is_looked_at_without_a_change(world: World, api: Api) -> None:
    query = (
        "fiscal_pattern=454&fiscal_year_start_month=2&fiscal_week_starts_on=6&fiscal_year_named_after=start"
    )
    shown = api.get(f"{CALENDAR}?year=2023&{query}").json()
    assert shown["year"] == {"name": "FY2023", "starts_on": "2023-01-29", "ends_on": "2024-02-04"}
    assert shown["periods"][11] == {
        "name": "FY2023-P12", "starts_on": "2023-12-31", "ends_on": "2024-02-04",
    }  # fmt: skip
    assert Organisation.objects.get(pk=world.acme.pk).version == 1


def test_the_calendar_is_changed_with_the_other_settings(world: World, api: Api) -> None:
    body = {"fiscal_pattern": "445", "fiscal_week_starts_on": 0, "fiscal_year_end_rule": "nearest"}
    answer = api.send("PATCH", "/api/v1/organisation/", body, **{"If-Match": '"1"'})
    assert body.items() <= answer.json().items()
    assert api.get(f"{CALENDAR}?year=2026").json()["year"]["starts_on"] == "2025-12-29"


def test_years_are_listed_changed_and_taken_off_the_list(world: World, api: Api) -> None:
    made = api.send("POST", YEARS, LISTED)
    assert made.status_code == 201, made.content
    assert LISTED.items() <= made.json().items()
    path = f"{YEARS}{made.json()['id']}/"
    changed = api.send("PATCH", path, {"quarter_starts": []}, **{"If-Match": made.headers["ETag"]})
    assert (changed.json()["quarter_starts"], changed.json()["version"]) == ([], 2)
    assert changed.json()["period_starts"] == LISTED["period_starts"]
    assert api.send("PATCH", path, {}, **{"If-Match": made.headers["ETag"]}).status_code == 412
    assert [row["number"] for row in api.get(YEARS).json()["results"]] == [2026]
    assert api.send("DELETE", path, **{"If-Match": made.headers["ETag"]}).status_code == 412
    assert api.get(path).status_code == 200
    assert api.send("DELETE", path, **{"If-Match": changed.headers["ETag"]}).status_code == 204
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"period_starts": []}, "period_starts"),
        ({"period_starts": ["2026-01-01", "2026-01-01"]}, "period_starts"),
        ({"ends_on": "2026-08-01"}, "period_starts"),
        ({"quarter_starts": ["2026-01-01", "2026-05-01"]}, "quarter_starts"),
        ({"number": 1999}, "number"),
    ],
)
def test_a_year_that_makes_no_sense_is_refused(
    world: World, api: Api, wrong: dict[str, object], field: str
) -> None:
    answer = api.send("POST", YEARS, LISTED | wrong)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    with acting_for(world.acme.pk):
        assert not FiscalYear.objects.exists()


def test_a_year_twice_is_a_conflict_and_one_that_does_not_follow_is_refused(world: World, api: Api) -> None:
    api.send("POST", YEARS, LISTED)
    assert api.send("POST", YEARS, LISTED).status_code == 409
    later = {"number": 2027, "period_starts": ["2027-01-02"], "ends_on": "2028-01-01"}
    answer = api.send("POST", YEARS, later)
    assert (answer.status_code, answer.json()["code"]) == (422, "years_apart")
    assert "The last day of fiscal year 2026 is 2026-12-31" in answer.json()["detail"]
    with acting_for(world.acme.pk):
        assert list(FiscalYear.objects.values_list("ends_on", flat=True)) == [date(2027, 1, 1)]
