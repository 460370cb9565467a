"""Ctrl-C, `kill` and a closed terminal all end the launcher in the same orderly way, once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from salestargets.launcher.console import say

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def signals_end_us() -> Iterator[None]:
    """Turn the first signal into KeyboardInterrupt; no second one disturbs the stopping of the children."""
    for number in _ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, _interrupt)
    yield


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    say("\nStopping.")
    raise KeyboardInterrupt
