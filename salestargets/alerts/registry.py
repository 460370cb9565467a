"""Kinds of rules. Higher apps register what they watch; alerts keeps who was warned of what, since when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class RuleKind:
    """A rule of every organisation, with its first levels.

    `headline` says an alert in a sentence, `numbers` tells what it was made from: labels and texts.
    """

    key: str
    name: Promise
    about: Promise
    raise_below: Decimal
    critical_below: Decimal
    clear_at: Decimal
    headline: Callable[[Mapping[str, Any]], str]
    numbers: Callable[[Mapping[str, Any]], list[tuple[str, str]]]


KINDS: dict[str, RuleKind] = {}


def register_rule(kind: RuleKind) -> None:
    KINDS[kind.key] = kind
