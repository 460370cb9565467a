"""Amounts in the organisation's currency: by the rate of their day, to the cent, in one definition."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.domain.credit import credit
from pipeline.models import Deal, Invoice
from salestargets.kernel.money import convert
from salestargets.tenancy.models import Organisation
from tests.builders import an_organisation
from tests.lasting import lasting
from tests.pipeline.builders import counts, rows_of, send, tried, within

pytestmark = pytest.mark.django_db


@lasting
def acme() -> Organisation:
    other = an_organisation("other", currency="USD")
    send(other, "exchange-rates", rate("2026-01-01", "9"))
    return an_organisation("acme", currency="USD")


def rate(day: str, value: str, currency: str = "EUR") -> dict[str, str]:
    return {"external_id": f"{currency} {day}", "currency": currency, "valid_on": day, "rate": value}


def base_of(organisation: Organisation, deal: str = "A1") -> int | None:
    with within(organisation):
        return Deal.objects.values_list("base_minor", flat=True).get(external_id=deal)


def base_of_note(organisation: Organisation) -> int | None:
    with within(organisation):
        return Invoice.objects.values_list("base_minor", flat=True).get(external_id="C1")


def test_a_deal_is_priced_by_the_newest_rate_on_or_before_its_day(acme):
    send(acme, "exchange-rates", rate("2026-01-01", "1.1"), rate("2026-05-01", "1.2"))
    euros, won = {"amount": "100.00", "currency": "EUR"}, {"status": "won", "closed_on": "2026-04-30"}
    send(
        acme,
        "deals",
        {"external_id": "closed", **euros, **won, "created_on": "2025-01-01"},
        {"external_id": "created", **euros, "created_on": "2026-05-01"},
        {"external_id": "today", **euros},
        {"external_id": "early", **euros, "created_on": "2025-12-31"},
        {"external_id": "own", "amount": "100.00"},
        {"external_id": "none"},
    )
    assert [base_of(acme, name) for name in ("closed", "created", "today", "early", "own", "none")] == [
        11000,
        12000,
        12000,
        None,
        10000,
        None,
    ]


def test_what_has_no_rate_is_counted_and_not_priced(acme):
    outcome = send(acme, "deals", {"external_id": "A1", "amount": "1", "currency": "GBP"})
    assert counts(outcome) == (1, 0, 0, 0)
    assert outcome.remarks["not_priced"] == 1


def test_new_rates_price_the_deals_they_concern(acme):
    deals = [
        {"external_id": day, "amount": "100", "currency": "EUR", "created_on": day}
        for day in ("2026-01-15", "2026-02-15")
    ]
    send(acme, "deals", *deals)
    send(acme, "exchange-rates", rate("2026-01-01", "1.1"))
    assert (base_of(acme, "2026-01-15"), base_of(acme, "2026-02-15")) == (11000, 11000)
    send(acme, "exchange-rates", rate("2026-02-01", "1.2"))
    assert (base_of(acme, "2026-01-15"), base_of(acme, "2026-02-15")) == (11000, 12000)
    send(acme, "exchange-rates", {**rate("2026-01-01", "1.5"), "valid_on": "2026-01-20"})
    assert (base_of(acme, "2026-01-15"), base_of(acme, "2026-02-15")) == (None, 12000)


def test_a_dry_run_of_rates_prices_nothing(acme):
    send(acme, "deals", {"external_id": "A1", "amount": "100", "currency": "EUR"})
    assert counts(tried(acme, "exchange-rates", rate("2026-01-01", "1.1"))) == (1, 0, 0, 0)
    assert base_of(acme) is None


def test_one_rate_a_day(acme):
    send(acme, "exchange-rates", rate("2026-01-01", "1.1"))
    outcome = send(acme, "exchange-rates", {**rate("2026-01-01", "1.2"), "external_id": "other"})
    assert [dict(one.errors) for one in outcome.rejected] == [
        {"record": ["There is another rate for this currency and day."]}
    ]


def test_a_day_that_changes_alone_prices_anew(acme):
    send(acme, "exchange-rates", rate("2026-01-01", "1.1"), rate("2026-05-01", "1.2"))
    send(acme, "deals", {"external_id": "A1", "amount": "100", "currency": "EUR", "created_on": "2026-02-01"})
    send(acme, "deals", {"external_id": "A1", "status": "won", "closed_on": "2026-05-02"})
    assert base_of(acme) == 12000


def test_an_amount_too_large_for_the_sums_is_not_priced(acme):
    send(acme, "exchange-rates", rate("2026-01-01", "9999999999"))
    send(acme, "deals", {"external_id": "A1", "amount": "9999999999999", "currency": "EUR"})
    assert base_of(acme) is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minor=st.integers(-(10**9), 10**9),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    value=st.decimals(Decimal("0.0000000001"), Decimal("1000"), places=10)
    | st.sampled_from([Decimal("0.5")]),
)
def test_sql_prices_as_the_kernel_does(acme, minor, currency, value):
    send(acme, "exchange-rates", rate("2026-01-01", format(value, "f"), currency))
    places = {"EUR": 2, "JPY": 0, "KWD": 3}[currency]
    amount = format(Decimal(minor).scaleb(-places), "f")
    send(acme, "deals", {"external_id": "A1", "amount": amount, "currency": currency})
    note = {"external_id": "C1", "amount": amount, "currency": currency, "credits": "any"}
    send(acme, "invoices", note)
    assert base_of(acme) == convert(minor, currency, "USD", value)
    assert base_of_note(acme) == -convert(abs(minor), currency, "USD", value)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minor=st.integers(-(10**6), 10**6),
    parts=st.lists(st.integers(1, 10**6), min_size=1, max_size=5),
)
def test_sql_credits_shares_as_the_domain_does(acme, minor, parts):
    percents = _hundred(parts)
    people = [f"E{n}" for n in range(len(percents))]
    send(acme, "people", *({"external_id": person} for person in people))
    shares = [
        {"person": person, "percent": str(percent)} for person, percent in zip(people, percents, strict=True)
    ]
    amount = format(Decimal(minor).scaleb(-2), "f")
    outcome = send(acme, "deals", {"external_id": "A1", "amount": amount, "shares": shares})
    assert outcome.rejected == []
    credited = rows_of(
        acme,
        "SELECT p.external_id, s.base_minor FROM pipeline_creditshare s"
        " JOIN tenancy_person p ON p.id = s.person_id ORDER BY p.id",
    )
    assert dict(credited) == credit(minor, dict(zip(people, percents, strict=True)))


def _hundred(parts: list[int]) -> list[Decimal]:
    """Percentages with four decimals that sum to 100."""
    ppm = [max(1, part * 900_000 // sum(parts)) for part in parts]
    ppm[0] += 1_000_000 - sum(ppm)
    return [Decimal(share).scaleb(-4) for share in ppm]
