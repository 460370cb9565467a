"""Likely slips are offered; names that only look alike are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.names import Suggestion, name_key, similar_names


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("GTX Pro", "gtxpro"),
        ("GTXPro", "gtxpro"),
        (" gtx-PRO™ ", "gtxprotm"),
        ("ＧＴＸ　Ｐｒｏ", "gtxpro"),
        ("Straße 7", "strasse7"),
        ("华东（大区）", "华东大区"),
        ("हिन्दी", "हिन्दी"),
        ("—", ""),
    ],
)
def test_the_key_keeps_letters_and_digits_of_every_script(name, key):
    assert name_key(name) == key


@given(st.text())
def test_a_key_is_its_own_key(name):
    assert name_key(name_key(name)) == name_key(name)


def test_the_same_name_spelt_otherwise_is_offered():
    assert similar_names("GTXPro", ["MG Special", "GTX Pro", "GTX Basic"]) == [Suggestion("GTX Pro", 1.0)]


def test_a_slip_of_the_pen_is_offered_after_the_same_name():
    found = similar_names("Konmatfix", ["Konmatfx", "KonMatFix", "Zencorporation"])
    assert [suggestion.name for suggestion in found] == ["KonMatFix", "Konmatfx"]
    assert found[0].likeness == 1 > found[1].likeness


def test_equal_likeness_goes_by_the_alphabet():
    assert [found.name for found in similar_names("gtx pro", ["GTX-Pro", "GTX Pro", "GTXPro"])] == [
        "GTX Pro",
        "GTX-Pro",
        "GTXPro",
    ]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("GTX 1080", "GTX 1070"),
        ("GTX Plus Basic", "GTX Plus Pro"),
        ("华东大区", "华南大区"),
        ("—", "…"),
    ],
)
def test_names_that_mean_different_things_are_not_offered(name, other):
    assert similar_names(name, [other]) == []


def test_the_name_itself_is_no_suggestion():
    assert similar_names("GTX Pro", ["GTX Pro", "GTX Pro"]) == []


def test_only_the_likest_are_offered():
    known = [f"Acme{mark}" for mark in "-_.,;:!?"]
    assert len(similar_names("Acme", known)) == 5
    assert len(similar_names("Acme", known, limit=2)) == 2


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=8))
def test_suggestions_are_known_names_in_falling_likeness(name, known):
    found = similar_names(name, known)
    assert {suggestion.name for suggestion in found} <= set(known)
    assert [suggestion.likeness for suggestion in found] == sorted(
        (suggestion.likeness for suggestion in found), reverse=True
    )
