"""For every described input, values that must be refused: made from its description."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

#: Texts that show something else than they are, or break what stores them.
DECEITFUL = (
    "a\u202eb",
    "a\u200bb",
    "\u2066x",
    "a\u00adb",
    "a\x00b",
    "a\x07b",
    "a\ud800",
    "\ufeffx",
    "a\u2028b",
)
DIGITS = ("²", "٣", "１", "1_000", "1e3", "0x1", " 1", "+1", "1\n", "", "NaN", "∞", "1" * 400)
NOT_A_SCALAR: tuple[Any, ...] = ([], {}, [1], {"a": 1})

BY_FORMAT: dict[str, tuple[Any, ...]] = {
    "int64": (*DIGITS, 0, -1, "0", "01", "1.0", 2**63, 1.5, True, -(2**63)),
    "date": (
        "2026-W01-1", "2026-001", "20260101", "2026-02-30", "2026-1-1", "1999-12-31", "2101-01-01", "today",
        "٢٠٢٦-01-01", "2026-01-01T00:00:00Z", "2026‑01‑01", "", "0000-00-00", 20260101, True, 1.5,
    ),
    "date-time": (
        "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-W01-1T00:00:00Z", "", 0, True,
        "1999-12-31T23:59:59Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00+99:00", "٢٠٢٦-01-01T00:00:00Z",
    ),
    "decimal": (
        *DIGITS, "1,000", "1.", ".5", "--1", "Infinity", "-NaN", "9" * 60, "1." + "1" * 60, 1.5, True,
    ),
    "email": ("a", "a@b", "@b.example", "a@b..example", "a b@c.example", "a\u202e@b.example", "", 1, True),
}  # fmt: skip


def bad_scalars(schema: dict[str, Any]) -> Iterator[Any]:
    """Values that a strict reader of this description refuses."""
    yield from NOT_A_SCALAR
    if not schema.get("nullable"):
        yield None
    if "enum" in schema:
        yield from ("nope", "", "null", 0, True, schema["enum"][0].upper() + "\u200b")
    elif schema.get("format") in BY_FORMAT:
        yield from BY_FORMAT[schema["format"]]
    elif schema.get("type") == "integer":
        yield from (*DIGITS, schema.get("minimum", 0) - 1, schema.get("maximum", 2**63) + 1, 1.5, True)
    elif schema.get("type") == "boolean":
        yield from ("yes", "1", "TRUE", "", 1, 0)
    elif "pattern" in schema:
        yield from BY_FORMAT["decimal"]
    elif schema.get("type") == "string":
        yield from (*DECEITFUL, "x" * (schema.get("maxLength", 10**6) + 1), 1, True)
        if schema.get("minLength"):
            yield from ("", " ", "\u3000", "\n")


def bad_versions(schema: dict[str, Any], good: Any) -> Iterator[Any]:
    """The good value, with one thing in it made bad."""
    if schema.get("type") == "object" and "properties" in schema:
        yield from (1, "text", [], [good]) if schema.get("nullable") else (1, "text", None, [], [good])
        yield from _bad_objects(schema, good or {})
    elif schema.get("type") == "array":
        yield from (1, "text", {}, {"0": 1})
        if good:
            for bad in bad_versions(schema["items"], good[0]):
                yield [bad, *good[1:]]
            if schema.get("maxItems", 10**9) <= 1000:
                yield good[:1] * (schema["maxItems"] + 1)
    else:
        yield from bad_scalars(schema)


def _bad_objects(schema: dict[str, Any], good: dict[str, Any]) -> Iterator[Any]:
    yield {**good, "organisation": 1}
    for name in schema.get("required", ()):
        yield {other: value for other, value in good.items() if other != name}
    for name, part in schema["properties"].items():
        for bad in bad_versions(part, deepcopy(good.get(name))):
            yield {**good, name: bad}
