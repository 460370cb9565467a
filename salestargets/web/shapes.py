"""Geometry of the small drawings in tables, as SVG attribute values. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 96, 24, 3


@dataclass(frozen=True, slots=True)
class PaceMarks:
    """Widths and places along a bar, in percent of its length. "" where there is nothing to draw."""

    actual: str
    expected: str
    target: str


def pace_marks(attainment: Decimal | None, expected: Decimal | None) -> PaceMarks:
    """A bar on which the target is the full length, until the actual or the expected value passes it."""
    scale = max(Decimal(1), attainment or Decimal(0), expected or Decimal(0))
    return PaceMarks(
        actual=along(max(attainment or Decimal(0), Decimal(0)) / scale),
        expected="" if expected is None else along(expected / scale),
        target="" if scale == 1 else along(1 / scale),
    )


def along(share: Decimal) -> str:
    return f"{share:.2%}"


@dataclass(frozen=True, slots=True)
class Spark:
    path: str
    end: tuple[str, str] | None


def spark(values: Sequence[Decimal | int | None]) -> Spark:
    """A line through the values in equal steps, lowest at the bottom; a None interrupts it."""
    known = [value for value in values if value is not None]
    if not known:
        return Spark(path="", end=None)
    points = [None if value is None else place(i, value, values, known) for i, value in enumerate(values)]
    pairs = zip([None, *points], points, strict=False)
    path = " ".join(f"{'L' if before else 'M'}{here[0]} {here[1]}" for before, here in pairs if here)
    return Spark(path=path, end=[point for point in points if point][-1])


def place(
    index: int, value: Decimal | int, values: Sequence[object], known: Sequence[Decimal | int]
) -> tuple[str, str]:
    low, high = min(known), max(known)
    across = index / max(len(values) - 1, 1)
    up = float(value - low) / float(high - low) if high > low else 0.5
    x = SPARK_MARGIN + across * (SPARK_WIDTH - 2 * SPARK_MARGIN)
    y = SPARK_HEIGHT - SPARK_MARGIN - up * (SPARK_HEIGHT - 2 * SPARK_MARGIN)
    return f"{x:.1f}", f"{y:.1f}"
