"""Higher apps say here what they know of goals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from targets.models import Goal


@dataclass(frozen=True, slots=True)
class Told:
    """What people concluded about the period before a goal's, and when."""

    text: str
    day: date


#: Why the period before went as it did, the newest first; for those who see the unit of the goal's plan.
Causes = Callable[[Goal], Sequence[Told]]
CAUSES: list[Causes] = []


def register_causes(causes: Causes) -> None:
    CAUSES.append(causes)


def causes_before(goal: Goal) -> list[Told]:
    return [told for causes in CAUSES for told in causes(goal)]
