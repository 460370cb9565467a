"""Errors keep their message apart from its language."""

import pickle

import pytest

from salestargets.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from salestargets.kernel.messages import N_, Message

CHINESE = {"Enter at most {max} characters.": "最多输入 {max} 个字符。"}


def test_a_marked_text_is_the_text_itself():
    assert N_("Enter text.") == "Enter text."


def test_an_error_shows_its_params_in_its_message():
    error = DomainError(N_("Enter at most {max} characters."), code="too_long", params={"max": 5})
    assert str(error) == "Enter at most 5 characters."


def test_an_error_is_translated_before_its_params_go_in():
    error = DomainError(N_("Enter at most {max} characters."), code="too_long", params={"max": 5})
    assert error.render(CHINESE.__getitem__) == "最多输入 5 个字符。"


def test_braces_stay_where_there_are_no_params():
    assert str(DomainError("Write {name}.", code="x")) == "Write {name}."
    assert Message("Write {name}.").render() == "Write {name}."


def test_a_lazy_message_is_kept_as_given_and_read_when_it_is_shown():
    class Lazy:
        language = "en"

        def __str__(self) -> str:
            return {"en": "Gone.", "zh": "已不存在。"}[self.language]

    lazy = Lazy()
    error = DomainError(lazy, code="gone")
    lazy.language = "zh"
    assert error.message is lazy
    assert str(error) == "已不存在。"


@pytest.mark.parametrize("kind", [DomainError, NotFound, Forbidden, Conflict])
def test_an_error_survives_the_way_back_from_a_child_process(kind):
    sent = kind(
        "At most {max}.", code="too_long", field="name", errors={"name": ["At most 5."]}, params={"max": 5}
    )
    received = pickle.loads(pickle.dumps(sent))
    assert type(received) is kind
    assert (str(received), received.code, received.field, received.errors) == (
        "At most 5.",
        "too_long",
        "name",
        {"name": ["At most 5."]},
    )


def test_an_error_without_fields_has_none():
    error = DomainError("No.", code="no")
    assert (error.field, error.errors, error.params) == (None, {}, {})
