import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.domain.formulas import Operand, Window, base_measure, parse, written
from kpis.domain.recipes import Condition, Ingredient, Recipe, key_of
from salestargets.kernel.errors import DomainError

measures = st.from_regex(r"[a-z][a-z_]{0,10}(:[a-f0-9]{10})?", fullmatch=True)
operands = st.builds(
    Operand, measure=measures, sign=st.sampled_from([1, -1]), window=st.sampled_from(list(Window))
)


@given(st.lists(operands, max_size=5))
def test_what_is_written_is_read_back(found: list[Operand]) -> None:
    assert list(parse(written(found))) == found


def test_a_measure_a_selection_and_another_year() -> None:
    assert parse("won_amount:3f9a1c2b04-won_amount@year_before") == (
        Operand("won_amount:3f9a1c2b04"),
        Operand("won_amount", -1, Window.YEAR_BEFORE),
    )
    assert base_measure("won_amount:3f9a1c2b04@year_before") == "won_amount"


@pytest.mark.parametrize("text", ["won amount", "a++b", "a@never", "a+", "A", "+", "a b"])
def test_anything_else_is_no_formula(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        parse(text)
    assert refused.value.code == "invalid_formula"


def test_conditions_in_another_order_are_the_same_selection() -> None:
    web = Condition("channel", "any", (2, 1))
    large = Condition("amount", "at_least", (100,))
    assert key_of("won_amount", [web, large]) == key_of(
        "won_amount", [large, Condition("channel", "any", (1, 2))]
    )
    assert key_of("won_amount", [web]) != key_of("won_amount", [large])
    assert key_of("won_amount", []) == "won_amount"


def test_a_recipe_is_written_as_a_formula() -> None:
    recipe = Recipe(
        (Ingredient("won_amount"), Ingredient("won_amount", sign=-1, window=Window.YEAR_BEFORE)),
        (Ingredient("won_amount", window=Window.YEAR_BEFORE),),
    )
    assert (recipe.above, recipe.below) == (
        "won_amount-won_amount@year_before",
        "won_amount@year_before",
    )
