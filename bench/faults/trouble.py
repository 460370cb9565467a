"""What goes wrong, and when: spread over the writes, each kind more than once in a long run."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.faults.installation import (
    Installation,
    crash,
    kill_child,
    kill_group,
    silence,
    start_postgres,
)

#: Seconds that something stays away.
AWAY = 1.5


@dataclass(frozen=True)
class Trouble:
    name: str
    make: Callable[[Installation], None]


def kill_worker_group(place: Installation) -> None:
    kill_group(place.worker)
    time.sleep(AWAY)
    place.worker.start()


def kill_worker_child(place: Installation) -> None:
    kill_child(place.worker)


def kill_web_child(place: Installation) -> None:
    kill_child(place.web)


def kill_beat(place: Installation) -> None:
    kill_group(place.beat)
    time.sleep(AWAY)
    place.beat.start()


def kill_broker(place: Installation) -> None:
    """It keeps nothing: all messages, marks and counters are gone."""
    kill_group(place.valkey)
    time.sleep(2 * AWAY)
    place.valkey.start()


def silence_broker(place: Installation) -> None:
    silence(place.valkey, seconds=2 * AWAY)


def restart_postgres(place: Installation) -> None:
    place.postgres.stop(patience=60)
    time.sleep(AWAY)
    start_postgres(place)


def crash_postgres(place: Installation) -> None:
    crash(place.postgres)
    start_postgres(place)


TROUBLES = (
    Trouble("worker child killed", kill_worker_child),
    Trouble("worker group killed", kill_worker_group),
    Trouble("broker killed", kill_broker),
    Trouble("web child killed", kill_web_child),
    Trouble("broker silent", silence_broker),
    Trouble("PostgreSQL restarted", restart_postgres),
    Trouble("beat killed", kill_beat),
    Trouble("PostgreSQL crashed", crash_postgres),
)


def schedule(writes: int) -> Iterator[tuple[int, Trouble]]:
    """After how many writes which trouble comes: all of them, again for each 2,500 writes."""
    rounds = max(writes // 2_500, 1)
    count = rounds * len(TROUBLES)
    for number in range(count):
        yield writes * (number + 1) // (count + 1), TROUBLES[number % len(TROUBLES)]
