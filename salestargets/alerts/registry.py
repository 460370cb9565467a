"""Kinds of rules and of notices, and channels.

Higher apps register what they watch and what they tell; alerts keeps whom, and since when.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
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


def no_lines(_facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return []


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """Something members are told once. It is worded from its facts when read, in the reader's language.

    `headline` says it in a sentence, `lines` add labels and texts; `mails`: e-mail carries it too.
    """

    key: str
    name: Promise
    headline: Callable[[Mapping[str, Any]], str]
    lines: Callable[[Mapping[str, Any]], list[tuple[str, str]]] = no_lines
    mails: bool = True


NOTICE_KINDS: dict[str, NoticeKind] = {}


def register_notice(kind: NoticeKind) -> None:
    NOTICE_KINDS[kind.key] = kind


#: Carries new notices of a kind and subject further. Called in the transaction that made them, so that
#: what must happen is asked for there (a job), and nothing slow is done.
Channel = Callable[[NoticeKind, str, datetime], None]

CHANNELS: list[Channel] = []


def register_channel(channel: Channel) -> None:
    if channel not in CHANNELS:
        CHANNELS.append(channel)
