"""What people and spreadsheets write, brought into form; what could be read in two ways is left alone."""

from zoneinfo import ZoneInfo

import pytest

from salestargets.ingest.cells import Habits, converter
from salestargets.ingest.kinds import get_kind

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEAL = get_kind("deals").by_name


def convert(field: str, text: str, **habits: str) -> str:
    return converter(DEAL[field], Habits(SHANGHAI, **habits))(text)


@pytest.mark.parametrize(
    ("written", "order", "day"),
    [
        ("2026-03-31", "ymd", "2026-03-31"),
        ("2026/3/1", "ymd", "2026-03-01"),
        ("2026.3.1", "ymd", "2026-03-01"),
        ("2026年3月1日", "ymd", "2026-03-01"),
        ("2026-03-31 17:30", "ymd", "2026-03-31"),
        ("2026-03-31T00:00:00", "ymd", "2026-03-31"),
        ("31/12/2026", "dmy", "2026-12-31"),
        ("12/31/2026, 5:30 PM", "mdy", "2026-12-31"),
        ("2026-03-31T17:30:00Z", "ymd", "2026-04-01"),
        ("2026-03-31T17:30:00+0800", "ymd", "2026-03-31"),
        ("03/04/2026", "ymd", "03/04/2026"),
        ("31/12/26", "dmy", "31/12/26"),
        ("soon", "ymd", "soon"),
        ("2026-03-31 noon", "ymd", "2026-03-31 noon"),
    ],
)
def test_dates(written, order, day):
    assert convert("closed_on", written, date_order=order) == day


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-31 17:30:05", "2026-03-31T17:30:05+08:00"),
        ("2026-03-31T17:30:00Z", "2026-03-31T17:30:00Z"),
        ("2026-03-31 5:30 PM", "2026-03-31T17:30:00+08:00"),
        ("2026-03-31 12:05 AM", "2026-03-31T00:05:00+08:00"),
        ("2026-03-31", "2026-03-31T00:00:00+08:00"),
        ("2026-03-31T17:30:00-0500", "2026-03-31T17:30:00-05:00"),
        ("yesterday", "yesterday"),
    ],
)
def test_moments_without_a_zone_are_the_organisations(written, moment):
    assert convert("updated_at", written) == moment


@pytest.mark.parametrize(
    ("written", "mark", "number"),
    [
        ("1,200.50", ".", "1200.50"),
        ("¥1200", ".", "1200"),
        ("USD 1,000,000", ".", "1000000"),
        ("(12.00)", ".", "-12.00"),
        ("1.200,50", ",", "1200.50"),
        ("1200,5", ",", "1200.5"),
        ("12 000", ".", "12000"),
        ("+7", ".", "7"),
        ("1,20", ".", "1,20"),
        ("1.2.3", ".", "1.2.3"),
        ("abc", ".", "abc"),
    ],
)
def test_numbers(written, mark, number):
    assert convert("amount", written, decimal_mark=mark) == number


def test_choices_and_currencies_by_any_case():
    assert convert("status", "WON") == "won"
    assert convert("currency", "usd") == "USD"
    assert convert("currency", "RMB") == "CNY"


def test_a_line_break_in_a_cell_is_a_blank():
    assert convert("name", "Acme\r\nEurope") == "Acme Europe"
