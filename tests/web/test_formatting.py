from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.web.formatting import (
    format_day,
    format_days,
    format_moment,
    format_money,
    format_money_short,
    format_number,
    format_percent,
)

LANGUAGES = ["en", "zh-hans"]


@pytest.mark.parametrize(
    ("language", "currency", "shown"),
    [
        ("en", "CNY", "CN¥1,234,567.80"),
        ("zh-hans", "CNY", "¥1,234,567.80"),
        ("en", "USD", "$1,234,567.80"),
        ("zh-hans", "USD", "US$1,234,567.80"),
    ],
)
def test_money_is_written_as_the_language_writes_it(language: str, currency: str, shown: str) -> None:
    assert format_money(Decimal("1234567.8"), currency, language=language) == shown


def test_an_integer_is_minor_units_of_its_currency() -> None:
    assert format_money(123456, "USD", language="en") == "$1,234.56"
    assert format_money(123456, "JPY", language="en") == "¥123,456"


def test_money_may_be_shown_without_cents() -> None:
    assert format_money(Decimal("1234.56"), "USD", language="en", cents=False) == "$1,235"


@pytest.mark.parametrize(
    ("amount", "english", "chinese"),
    [
        ("0", "$0", "US$0"),
        ("345.67", "$346", "US$346"),
        ("9999", "$10K", "US$1万"),
        ("12345", "$12.3K", "US$1.23万"),
        ("-12345", "-$12.3K", "-US$1.23万"),
        ("999950", "$1M", "US$100万"),
        ("1234567", "$1.23M", "US$123.5万"),
        ("123456789", "$123.5M", "US$1.23亿"),
    ],
)
def test_short_money_counts_in_the_units_of_the_language(amount: str, english: str, chinese: str) -> None:
    assert format_money_short(Decimal(amount), "USD", language="en") == english
    assert format_money_short(Decimal(amount), "USD", language="zh-hans") == chinese


@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_short_money_never_needs_more_than_four_figures_before_a_unit(minor: int) -> None:
    shown = format_money_short(minor, "USD", language="en")
    if shown[-1] in "KMB":
        assert abs(Decimal(shown.strip("-$KMB").replace(",", ""))) < 1000 or shown.endswith("B")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_unknown_is_a_dash_and_never_a_zero(language: str) -> None:
    assert format_money(None, "CNY", language=language) == "—"
    assert format_money_short(None, "CNY", language=language) == "—"
    assert format_percent(None, language=language) == "—"
    assert format_number(None, language=language) == "—"
    assert format_days(None, language=language) == "—"
    assert format_day(None, language=language) == "—"


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_grouped_and_keep_the_decimals_they_have(language: str) -> None:
    assert format_number(1234567, language=language) == "1,234,567"
    assert format_number(Decimal("1234.50000001"), language=language) == "1,234.50000001"
    assert format_number(Decimal("1234.567"), language=language, digits=1) == "1,234.6"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_ratio_is_shown_in_percent(language: str) -> None:
    assert format_percent(Decimal("0.97349"), language=language) == "97.3%"
    assert format_percent(Decimal("1"), language=language, digits=0) == "100%"


def test_days_and_dates_are_words_of_the_language() -> None:
    day = date(2026, 11, 5)
    assert format_days(Decimal("3.46"), language="en") == "3.5 days"
    assert format_days(1, language="en") == "1 day"
    assert format_days(3, language="zh-hans") == "3天"
    assert format_day(day, language="en") == "Nov 5, 2026"
    assert format_day(day, language="zh-hans") == "2026年11月5日"
    assert format_day(day, language="zh-hans", skeleton="yMMM") == "2026年11月"
    assert format_moment(datetime(2026, 11, 5, 14, 3, tzinfo=UTC), language="en") == "Nov 5, 2026 14:03"
