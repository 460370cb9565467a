"""What comes from outside is either clean or refused with the reason."""

import json
import sys
import time
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salestargets.kernel.errors import DomainError
from salestargets.kernel.parsing import (
    clean_text,
    parse_json,
    strict_bool,
    strict_date,
    strict_datetime,
    strict_decimal,
    strict_email,
    strict_id,
    strict_int,
)

ANYTHING = st.one_of(
    st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.binary(), st.lists(st.text())
)


def code_of(function, *args, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        function(*args, **kwargs)
    assert str(caught.value)
    return caught.value.code


class TestText:
    def clean(self, value, **limits):
        return clean_text(value, **{"max_length": 20, **limits})

    @pytest.mark.parametrize(
        "text", ["Acme", "王小明", "Zoë", "Ünïted 7", "م حمد", "👍🏽", "葛\U000e0100城市"]
    )
    def test_text_of_any_script_passes_unchanged(self, text):
        assert self.clean(text) == text

    def test_blanks_at_the_ends_go(self):
        assert self.clean(" \t\u3000Acme\u00a0\r\n") == "Acme"

    def test_letters_and_their_accents_become_one_character(self):
        assert self.clean("Zoe\u0308") == "Zoë"

    def test_lines_are_kept_where_lines_are_allowed(self):
        assert self.clean("one\r\ntwo\rthree\tx", multiline=True) == "one\ntwo\nthree\tx"

    @pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\x1c", "\x7f", "\x85", "\n", "\t"])
    def test_a_control_character_is_refused(self, control):
        assert code_of(self.clean, f"a{control}b") == "control_character"

    @pytest.mark.parametrize("control", ["\x00", "\x0b", "\x1b", "\x9f"])
    def test_a_control_character_is_refused_in_lines_too(self, control):
        assert code_of(self.clean, f"a{control}b", multiline=True) == "control_character"

    @pytest.mark.parametrize("broken", [chr(0xD800), chr(0xDFFF), f"a{chr(0xDC00)}b"])
    def test_half_a_character_is_refused(self, broken):
        assert code_of(self.clean, broken) == "broken_character"

    @pytest.mark.parametrize(
        "invisible",
        [
            "\u202e",
            "\u2066",
            "\u200b",
            "\u200d",
            "\ufeff",
            "\u2060",
            "\u00ad",
            "\u2028",
            "\u3164",
            "\U000e0041",
        ],
    )
    def test_an_invisible_character_is_refused(self, invisible):
        assert code_of(self.clean, f"a{invisible}b") == "invisible_character"

    def test_every_format_character_of_unicode_is_refused_but_those_that_show(self):
        shown = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
        formats = {n for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) == "Cf"}
        assert {code_of(self.clean, f"a{chr(n)}b") for n in formats - shown} == {"invisible_character"}

    def test_text_is_measured_after_it_was_cleaned(self):
        assert self.clean("  " + "x" * 20 + "  ") == "x" * 20
        assert code_of(self.clean, "x" * 21) == "too_long"
        assert code_of(self.clean, "x" * 10_000_000) == "too_long"

    def test_text_may_have_to_be_there(self):
        assert self.clean("   ") == ""
        assert code_of(self.clean, "   ", min_length=1) == "too_short"
        assert code_of(self.clean, "ab", min_length=3) == "too_short"

    @pytest.mark.parametrize("value", [None, 5, True, b"bytes", ["a"], {"a": 1}])
    def test_what_is_not_text_is_refused(self, value):
        assert code_of(self.clean, value) == "not_text"

    @given(ANYTHING)
    def test_clean_text_stays_as_it_is_when_cleaned_again(self, value):
        try:
            text = self.clean(value)
        except DomainError:
            return
        assert self.clean(text) == text
        text.encode()


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "number"),
        [
            ("1200.50", "1200.50"),
            ("-0.01", "-0.01"),
            ("007", "7"),
            ("1200.5000", "1200.5000"),
            (42, "42"),
            (-42, "-42"),
            ("9999999999.99", "9999999999.99"),
        ],
    )
    def test_a_decimal_is_read_exactly(self, value, number):
        assert strict_decimal(value, max_digits=12, decimal_places=2) == Decimal(number)

    def test_minus_zero_is_zero(self):
        assert str(strict_decimal("-0.00", max_digits=12, decimal_places=2)) == "0.00"

    @pytest.mark.parametrize(
        "value",
        [
            "",
            " 1",
            "1 ",
            "+1",
            "1_000",
            "1,000",
            "1e5",
            "1E5",
            ".5",
            "5.",
            "--1",
            "NaN",
            "Infinity",
            "0x1F",
            "١٢٣",
            "１２",
            "²",
            "½",
            "1\n",
            "1\x00",
            "9" * 101,
            1.5,
            True,
            None,
            Decimal(1),
            b"1",
            [1],
            10**100,
        ],
    )
    def test_what_is_not_written_in_plain_digits_is_no_decimal(self, value):
        assert code_of(strict_decimal, value, max_digits=12, decimal_places=2) == "not_a_number"

    @pytest.mark.parametrize(("value", "speaks_of_text"), [("3万", False), (1.5, True)])
    def test_only_what_is_no_text_is_asked_for_as_text(self, value, speaks_of_text):
        with pytest.raises(DomainError) as caught:
            strict_decimal(value, max_digits=12, decimal_places=2)
        assert ("as text" in caught.value.message) is speaks_of_text

    def test_too_many_decimals_are_refused_and_not_rounded(self):
        assert code_of(strict_decimal, "0.001", max_digits=12, decimal_places=2) == "too_many_decimals"

    def test_too_many_digits_are_refused(self):
        assert code_of(strict_decimal, "10000000000", max_digits=12, decimal_places=2) == "too_large"
        assert code_of(strict_decimal, 10**99, max_digits=12, decimal_places=2) == "too_large"

    @given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=2))
    def test_every_amount_is_read_as_it_is_written(self, amount):
        assert strict_decimal(f"{amount:f}", max_digits=12, decimal_places=2) == amount

    @pytest.mark.parametrize(("value", "number"), [("12", 12), (12, 12), ("-3", -3), ("007", 7), (0, 0)])
    def test_a_whole_number_is_read(self, value, number):
        assert strict_int(value) == number

    @pytest.mark.parametrize(
        "value", ["", "1.0", "1e3", "1_0", "²", "١", " 1", "+1", True, None, 1.0, "9" * 20, 10**30]
    )
    def test_what_is_not_a_whole_number_is_refused(self, value):
        assert code_of(strict_int, value) == "not_a_whole_number"

    @pytest.mark.parametrize("value", [0, 1001, "-1"])
    def test_a_whole_number_has_to_be_in_its_range(self, value):
        assert code_of(strict_int, value, minimum=1, maximum=1000) == "out_of_range"

    @pytest.mark.parametrize(("value", "number"), [(1, 1), ("17", 17), (str(2**63 - 1), 2**63 - 1)])
    def test_an_id_is_read(self, value, number):
        assert strict_id(value) == number

    @pytest.mark.parametrize(
        "value", [0, -1, "0", "01", "+1", "²", "1.0", "", True, None, 2**63, str(2**63), "9" * 30]
    )
    def test_what_cannot_be_an_id_is_refused(self, value):
        assert code_of(strict_id, value) == "invalid_id"

    @pytest.mark.parametrize(
        ("value", "truth"), [(True, True), (False, False), ("true", True), ("false", False)]
    )
    def test_a_truth_value_is_read(self, value, truth):
        assert strict_bool(value) is truth

    @pytest.mark.parametrize("value", [1, 0, "1", "True", "yes", "", None, []])
    def test_what_is_not_plainly_true_or_false_is_refused(self, value):
        assert code_of(strict_bool, value) == "not_a_boolean"


class TestTimes:
    @given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
    def test_every_date_from_2000_to_2100_is_read(self, day):
        assert strict_date(day.isoformat()) == day

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "2026-W01-1",
            "2026-1-1",
            "20260101",
            "2026-02-30",
            "2026-13-01",
            "2026/01/01",
            " 2026-01-01",
            "2026-01-01T00:00",
            "２０２６-01-01",
            "2026-01-01\n",
            "0000-01-01",
            20260101,
            None,
            date(2026, 1, 1),
        ],
    )
    def test_what_is_not_a_date_is_refused(self, value):
        assert code_of(strict_date, value) == "invalid_date"

    @pytest.mark.parametrize("value", ["1999-12-31", "2101-01-01", "9999-12-31", "0001-01-01"])
    def test_a_date_outside_the_century_is_refused(self, value):
        assert code_of(strict_date, value) == "date_out_of_range"

    @pytest.mark.parametrize(
        ("value", "moment"),
        [
            ("2026-03-31T17:30:00+08:00", datetime(2026, 3, 31, 17, 30, tzinfo=timezone(timedelta(hours=8)))),
            ("2026-03-31T17:30Z", datetime(2026, 3, 31, 17, 30, tzinfo=UTC)),
            ("2026-03-31T17:30:01.5-00:30", datetime(2026, 3, 31, 18, 0, 1, 500_000, tzinfo=UTC)),
        ],
    )
    def test_a_moment_is_read_with_its_offset(self, value, moment):
        assert strict_datetime(value) == moment

    @pytest.mark.parametrize(
        "value",
        [
            "2026-03-31T17:30:00",
            "2026-03-31",
            "2026-03-31 17:30:00Z",
            "2026-03-31T25:00:00Z",
            "2026-03-31T17:30:60Z",
            "2026-W14-2T10:00Z",
            "2026-03-31T17:30:00+25:00",
            "2026-03-31T17:30:00+0800",
            "",
            None,
            1774949400,
        ],
    )
    def test_a_moment_without_a_valid_offset_is_refused(self, value):
        assert code_of(strict_datetime, value) == "invalid_datetime"

    def test_a_moment_outside_the_century_is_refused(self):
        assert code_of(strict_datetime, "1999-12-31T23:59:59Z") == "date_out_of_range"


class TestEmail:
    @pytest.mark.parametrize("value", ["a@example.com", "First.Last+tag@sub.example.co", "o'x@xn--fiqs8s.cn"])
    def test_an_address_is_read_in_lower_case(self, value):
        assert strict_email(value) == value.lower()

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "a",
            "a@",
            "@b.com",
            "a@b",
            "a b@c.com",
            "a@b..com",
            ".a@b.com",
            "a.@b.com",
            "a@-b.com",
            "a@b.com\n",
            "a@b.c",
            f"{'x' * 65}@b.com",
            f"a@{'b.' * 130}com",
            "王@例子.中国",
            "a@b.com,c@d.com",
            None,
            5,
        ],
    )
    def test_what_is_not_an_address_is_refused(self, value):
        assert code_of(strict_email, value) == "invalid_email"


class TestJson:
    def parse(self, text, **limits):
        body = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        return parse_json(body, **{"max_bytes": 10_000_000, **limits})

    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(10**20), 10**20)
            | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            lambda inner: (
                st.lists(inner, max_size=4) | st.dictionaries(st.text('ab中"\\[{'), inner, max_size=4)
            ),
            max_leaves=15,
        )
    )
    def test_what_was_written_is_read(self, value):
        assert self.parse(json.dumps(value), max_depth=30) == value
        assert self.parse(json.dumps(value, ensure_ascii=False), max_depth=30) == value

    def test_an_escaped_pair_of_surrogates_is_one_character(self):
        assert self.parse(r'"\ud83d\udc4d"') == "👍"

    @pytest.mark.parametrize(
        "text", [r'"\ud800"', r'["a\udfffb"]', r'{"\udc00": 1}', r'{"a": [{"b": "\ud83d"}]}']
    )
    def test_half_a_character_is_refused_wherever_it_is(self, text):
        assert code_of(self.parse, text) == "broken_character"

    @pytest.mark.parametrize("text", [r'"a\u0000"', r'{"\u0000": 1}', '"a\0"'])
    def test_nul_is_refused(self, text):
        assert code_of(self.parse, text) == "invalid_json"

    def test_a_backslash_before_u0000_is_only_text(self):
        assert self.parse(r'"\\u0000 \\ud800"') == r"\u0000 \ud800"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[1,]",
            "{'a': 1}",
            "nul",
            '{"a": 1} x',
            "[1e400]",
            "[-1e400]",
            "[NaN]",
            "[-Infinity]",
            "01",
            "9" * 5000,
            '{"a": 1, "a": 2}',
            '{"x": {"a": 1, "a": 1}}',
            b"\xff\xfe",
            b'"\xed\xa0\x80"',
            '"a\nb"',
            "\ufeff{}",
        ],
    )
    def test_what_is_not_plain_json_is_refused(self, text):
        assert code_of(self.parse, text) == "invalid_json"

    def test_a_document_may_be_as_deep_as_said_and_no_deeper(self):
        assert self.parse("[" * 20 + "]" * 20) is not None
        assert code_of(self.parse, "[" * 21 + "]" * 21) == "too_deep"
        assert code_of(self.parse, '{"a":' * 21 + "1" + "}" * 21) == "too_deep"

    def test_brackets_in_strings_are_not_depth(self):
        assert self.parse('["' + "[" * 100 + '", "\\"[[[[[[[[[[[[[[[[[[[[[[[["]')[0] == "[" * 100

    @pytest.mark.parametrize(
        "body", [b"[" * 5_000_000, b'{"a":' * 1_000_000, b'\\"' * 4_000_000, b'"' * 5_000_001, b'["\\']
    )
    def test_hostile_documents_are_refused_within_a_second(self, body):
        started = time.process_time()
        assert code_of(parse_json, body, max_bytes=10_000_000) in {"too_deep", "invalid_json"}
        assert time.process_time() - started < 1

    def test_a_document_may_not_be_larger_than_said(self):
        assert self.parse(b"[1]", max_bytes=3) == [1]
        assert code_of(self.parse, b"[1] ", max_bytes=3) == "too_large"
