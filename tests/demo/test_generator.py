"""The demo as data: the same for a date, a whole story for any date."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from salestargets.demo import generator
from salestargets.demo.generator import DemoData
from salestargets.kernel.fiscal import CalendarMonths

ORDINARY = date(2026, 11, 22)
DAYS = [
    pytest.param(ORDINARY, id="within a quarter"),
    pytest.param(date(2026, 10, 1), id="a quarter's first day"),
    pytest.param(date(2026, 12, 31), id="a year's last day"),
    pytest.param(date(2024, 2, 29), id="29 February"),
    pytest.param(date(2031, 5, 14), id="years ahead"),
]

#: Made once for each day.
generate = cache(generator.generate)


def rows(data: DemoData, kind: str) -> Sequence[Mapping[str, Any]]:
    return data.records[kind]


def ids(data: DemoData, kind: str) -> set[str]:
    return {row["external_id"] for row in rows(data, kind)}


def as_text(data: DemoData) -> str:
    return json.dumps([data.records, data.manager, data.rep], default=str)


def test_the_same_date_and_seed_give_the_same_demo_to_the_byte() -> None:
    first = as_text(generate(ORDINARY))
    assert as_text(generator.generate(ORDINARY)) == first
    assert as_text(generator.generate(ORDINARY, seed=7)) != first


def test_the_cast_is_the_same_on_every_date() -> None:
    names = [[row["name"] for row in rows(generate(day), "people")] for day in (ORDINARY, date(2024, 2, 29))]
    assert names[0] == names[1]


@pytest.mark.parametrize("on", DAYS)
def test_about_sixty_people_work_in_nine_teams_of_three_regions(on: date) -> None:
    data = generate(on)
    assert Counter(row["kind"] for row in rows(data, "units")) == {"region": 3, "team": 9}
    employed = [row for row in rows(data, "people") if row["left_on"] is None or row["left_on"] > str(on)]
    assert (len(rows(data, "people")), len(employed)) == (63, 59)
    led = {row["unit"] for row in rows(data, "assignments") if row["role"] == "manager"}
    assert led == {None, *ids(data, "units")}


@pytest.mark.parametrize("on", DAYS)
def test_nobody_is_in_two_teams_on_a_day_and_two_moved_in_mid_quarter(on: date) -> None:
    spells: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows(generate(on), "assignments"):
        if row["role"] == "member":
            spells.setdefault(row["person"], []).append(row)
    movers = [parts for parts in spells.values() if len(parts) > 1]
    assert len(movers) == 2
    for before, after in movers:
        assert before["ends_on"] == after["starts_on"]
        assert before["unit"] != after["unit"]
        moved = date.fromisoformat(after["starts_on"])
        quarter = CalendarMonths().quarter_of(moved)
        assert quarter.start + timedelta(days=30) < moved < quarter.end - timedelta(days=30)


@pytest.mark.parametrize("on", DAYS)
def test_newcomers_are_mentored_in_their_team_for_half_a_year(on: date) -> None:
    data = generate(on)
    hired = {row["external_id"]: row["hired_on"] for row in rows(data, "people")}
    teams = {row["person"]: row["unit"] for row in rows(data, "assignments") if not row["ends_on"]}
    mentorships = rows(data, "mentorships")
    assert len(mentorships) == 5
    for row in mentorships:
        assert row["starts_on"] == hired[row["mentee"]] > hired[row["mentor"]]
        assert row["ends_on"] is None or row["starts_on"] < row["ends_on"] < str(on)
    assert sum(teams[row["mentor"]] == teams[row["mentee"]] for row in mentorships) >= 3


@pytest.mark.parametrize("on", DAYS)
def test_five_quarters_and_the_one_in_progress_hold_thousands_of_deals(on: date) -> None:
    data = generate(on)
    deals = rows(data, "deals")
    assert 4_000 <= len(deals) <= 6_000
    assert len(ids(data, "deals")) == len(deals)
    quarters = {
        CalendarMonths().quarter_of(date.fromisoformat(row["closed_on"])) for row in deals if row["closed_on"]
    }
    in_progress = CalendarMonths().quarter_of(on)
    assert len(quarters - {in_progress}) == 5
    assert max(quarter.end for quarter in quarters) <= in_progress.end


@pytest.mark.parametrize("on", DAYS)
def test_everything_has_happened_before_the_day(on: date) -> None:
    for row in rows(generate(on), "deals"):
        entered = [step["entered_at"] for step in row["stage_history"]]
        assert entered == sorted(entered)
        assert entered[0][:10] == row["created_on"]
        assert entered[-1][:10] <= (row["closed_on"] or str(on - timedelta(days=1)))
        assert row["created_on"] < str(on)
        assert (row["closed_on"] is None) == (row["status"] == "open")
        assert row["closed_on"] is None or row["created_on"] <= row["closed_on"] < str(on)
        assert row["stage_history"][-1]["stage"] == row["stage"]


@pytest.mark.parametrize("on", DAYS)
def test_every_deal_speaks_of_records_that_are_there(on: date) -> None:
    data = generate(on)
    deals = rows(data, "deals")
    known = {kind: ids(data, kind) for kind in ("people", "customers", "products", "channels", "stages")}
    assert {row["owner"] for row in deals} <= known["people"]
    for field in ("customer", "product", "channel", "stage"):
        assert {row[field] for row in deals} <= known[f"{field}s"]
    assert {row["group"] for row in rows(data, "products")} == {
        "Flow 流量",
        "Level and pressure 物位与压力",
        "Analysers 分析仪",
    }


@pytest.mark.parametrize("on", DAYS)
def test_a_deal_belongs_to_someone_who_works_there_when_it_closes(on: date) -> None:
    data = generate(on)
    left = {row["external_id"]: row["left_on"] for row in rows(data, "people")}
    for row in rows(data, "deals"):
        last = left[row["owner"]]
        assert last is None or (row["closed_on"] is not None and row["closed_on"] < last)


@pytest.mark.parametrize("on", DAYS)
def test_some_credit_is_shared_and_some_money_is_foreign(on: date) -> None:
    data = generate(on)
    shared = [row["shares"] for row in rows(data, "deals") if row["shares"]]
    assert 40 <= len(shared) <= 150
    for shares in shared:
        assert sum(Decimal(share["percent"]) for share in shares) == 100
        assert len({share["person"] for share in shares}) == len(shares)
    foreign = [row for row in rows(data, "deals") if row["currency"] != "CNY"]
    assert 60 <= len(foreign) <= 250
    first_day = {rate["currency"]: rate["valid_on"] for rate in reversed(rows(data, "exchange-rates"))}
    assert all(first_day[row["currency"]] <= row["created_on"] for row in foreign)


@pytest.mark.parametrize("on", DAYS)
def test_a_few_customers_buy_often_and_most_once_in_a_while(on: date) -> None:
    bought = Counter(row["customer"] for row in rows(generate(on), "deals"))
    often = sum(count for _customer, count in bought.most_common(42))
    assert often > sum(bought.values()) * 3 // 10
    assert bought.most_common()[-1][1] <= 3


def test_money_is_never_a_float() -> None:
    def values(value: object) -> list[object]:
        if isinstance(value, Mapping):
            return [leaf for part in value.values() for leaf in values(part)]
        if isinstance(value, list):
            return [leaf for part in value for leaf in values(part)]
        return [value]

    found = {
        type(leaf) for kind in generate(ORDINARY).records.values() for row in kind for leaf in values(row)
    }
    assert found == {str, int, type(None)}
