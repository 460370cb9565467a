"""Listed fiscal years over REST: what one would mean for plans is asked for beside it, as of all else."""

from typing import Any

import pytest

from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import FiscalYear
from targets.models import Goal
from tests.api.clients import Api, an_integration
from tests.builders import NOON, World
from tests.targets.test_three_people_api import body

pytestmark = pytest.mark.django_db
YEARS = "/api/v1/fiscal-years/"
WEEKS = {
    "number": 2026,
    "period_starts": ["2026-01-01", "2026-02-12", "2026-04-01", "2026-05-13", "2026-07-01"],
    "ends_on": "2027-01-01",
    "quarter_starts": ["2026-01-01", "2026-04-01", "2026-07-01"],
}


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def api(world: World) -> Api:
    return an_integration(world.acme)


def listed(world: World) -> Any:
    with acting_for(world.acme.pk):
        return list(FiscalYear.objects.values())


def count_by_the_list(api: Api) -> None:
    change = {"fiscal_pattern": "custom"}
    read = api.get("/api/v1/organisation/").headers["ETag"]
    body(api.send("PATCH", "/api/v1/organisation/", change, **{"If-Match": read}))


def test_a_listed_year_is_looked_at_before_it_is_saved_and_before_it_is_removed(
    world: World, goal: Goal, api: Api
) -> None:
    assert body(api.send("POST", f"{YEARS}preview/", WEEKS))["affects"] == []
    count_by_the_list(api)
    shown = body(api.send("POST", f"{YEARS}preview/", WEEKS))
    assert (shown["number"], len(shown["periods"])) == (2026, 5)
    [impact] = shown["affects"]
    assert "keeps its own 3 periods, with every number in them." in impact["text"]
    assert listed(world) == []

    made = body(api.send("POST", YEARS, WEEKS), 201)
    before = listed(world)
    assert body(api.send("POST", f"{YEARS}preview/", WEEKS))["affects"] == [impact]
    assert body(api.get(f"{YEARS}{made['id']}/removal/"))["affects"] == []
    assert listed(world) == before


def test_a_year_that_cannot_be_is_refused_and_only_administrators_ask(world: World, api: Api) -> None:
    wrong = {**WEEKS, "ends_on": "2026-03-01"}
    assert api.send("POST", f"{YEARS}preview/", wrong).status_code == 422
    reader = an_integration(world.acme, Scope.READ)
    assert body(reader.send("POST", f"{YEARS}preview/", WEEKS), 403)["code"] == "forbidden"
