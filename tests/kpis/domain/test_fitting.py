from dataclasses import dataclass
from datetime import date

import pytest

from kpis.domain.fitting import Rule, Who, first_fitting, months_of_tenure

EAST, NORTH, WEST = 1, 2, 3
ALICE = Who("Sales rep", "senior", 14, frozenset({EAST, NORTH}))
FOUNDER = Who("Sales rep", "", None, frozenset())


@dataclass(frozen=True)
class Called:
    name: str
    rule: Rule


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (Rule(), True),
        (Rule(jobs=frozenset({"sales REP", "Team lead"})), True),
        (Rule(jobs=frozenset({"Team lead"})), False),
        (Rule(levels=frozenset({"Senior"})), True),
        (Rule(jobs=frozenset({"Sales rep"}), levels=frozenset({"junior"})), False),
        (Rule(tenure_from=14), True),
        (Rule(tenure_from=15), False),
        (Rule(tenure_to=15), True),
        (Rule(tenure_to=14), False),  # half-open
        (Rule(units=frozenset({EAST})), True),  # her unit is below it
        (Rule(units=frozenset({WEST})), False),
    ],
)
def test_a_rule_asks_for_what_it_names_and_for_all_of_it(rule, fits):
    assert rule.fits(ALICE) is fits


def test_who_came_long_ago_is_no_new_hire():
    assert Rule(tenure_from=120).fits(FOUNDER)
    assert not Rule(tenure_to=120).fits(FOUNDER)


def test_the_first_that_fits_is_taken():
    new = Called("New hire", Rule(tenure_to=6))
    senior = Called("Senior", Rule(levels=frozenset({"senior"})))
    everyone = Called("Everyone", Rule())
    assert first_fitting([new, senior, everyone], ALICE) == senior
    assert first_fitting([everyone, senior], ALICE) == everyone
    assert first_fitting([new], ALICE) is None


def test_tenure_is_counted_in_calendar_months_from_the_month_of_hiring():
    assert months_of_tenure(date(2026, 1, 31), date(2026, 1, 31)) == 0
    assert months_of_tenure(date(2026, 1, 31), date(2026, 2, 1)) == 1
    assert months_of_tenure(date(2025, 11, 15), date(2026, 1, 1)) == 2
