"""Keep the children alive: one that dies is started again a few times, then everything stops."""

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import NoReturn

from salestargets.launcher.console import LauncherError, say
from salestargets.launcher.processes import Process, last_lines

RESTARTS = 5
WITHIN_SECONDS = 300.0
TICK = 0.5


def watch(children: Sequence[Process]) -> NoReturn:
    """Watch until a signal interrupts us.

    Raises LauncherError with a child's last words once it has died too often.
    """
    restarts: dict[str, list[float]] = defaultdict(list)
    while True:
        for child in children:
            if child.exit_code is not None:
                _start_again(child, restarts[child.name], now=time.monotonic())
        time.sleep(TICK)


def _start_again(child: Process, earlier: list[float], *, now: float) -> None:
    earlier[:] = [moment for moment in earlier if now - moment < WITHIN_SECONDS]
    if len(earlier) >= RESTARTS:
        words = last_lines(child.log)
        raise LauncherError(f"{child.name} ended {RESTARTS + 1} times in a row ({child.log}):\n{words}")
    earlier.append(now)
    say(f"{child.name} ended with {child.exit_code} and is started again, {len(earlier)} of {RESTARTS}.")
    child.start()
