"""When a pace is bad enough to warn, and good enough to stop: raise and clear levels differ."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from salestargets.kernel.rational import Fraction, Number


class Severity(StrEnum):
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Levels:
    """Pace indices, `critical_below ≤ raise_below ≤ clear_at`, and the share of the period left in peace."""

    raise_below: Number = Decimal("0.97")
    critical_below: Number = Decimal("0.85")
    clear_at: Number = Decimal("1.00")
    guard: Number = Decimal("0.10")


DEFAULT_LEVELS = Levels()


def pace_severity(
    pace: Fraction | None,
    *,
    elapsed: Fraction,
    is_reached: bool,
    current: Severity | None,
    levels: Levels = DEFAULT_LEVELS,
) -> Severity | None:
    """How loud an alert on this pace should be now, None for not at all; `current` is how loud it is.

    Below `raise_below` it is a warning, below `critical_below` critical. A warning stays up to `clear_at`, a
    critical one stays so for the same margin above its own level. Nothing is raised, and what was raised
    clears, where the target is reached, no pace is defined, or less than `guard` of the period has passed.
    """
    if is_reached or pace is None or elapsed < Fraction(levels.guard):
        return None
    critical, warning, clear = (
        Fraction(level) for level in (levels.critical_below, levels.raise_below, levels.clear_at)
    )
    if current == Severity.CRITICAL:
        critical += clear - warning
    if pace < critical:
        return Severity.CRITICAL
    return Severity.WARNING if pace < (clear if current else warning) else None
