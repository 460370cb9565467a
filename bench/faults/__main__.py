"""`python -m bench.faults [--writes 20000] [--folder FOLDER]`: fails where a number is wrong."""

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.faults.client import Client, Tally
from bench.faults.installation import Installation, installation
from bench.faults.proof import Finding, still_waiting, wrong_deals, wrong_numbers
from bench.faults.trouble import schedule
from bench.faults.world import SLUG, make_key, make_world
from bench.faults.writer import Deal, Writer

WRITERS = 4
#: After the last write and the last trouble every number must be right within this time.
SETTLED_WITHIN = 60.0


@dataclass
class Meter:
    """How many writes were answered so far, over all writers."""

    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, count: int) -> None:
        with self.lock:
            self.count += count


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--writes", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, help="for data and logs; by default a temporary one")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="salestargets-faults-"))
    folder.mkdir(parents=True, exist_ok=True)
    with installation(folder) as place:
        problems = run(place, arguments.writes)
    for problem in problems:
        print(f"WRONG: {problem}")
    if problems:
        print(f"Logs are in {folder / 'logs'}.")
    elif arguments.folder is None:
        shutil.rmtree(folder)
    return 1 if problems else 0


def run(place: Installation, writes: int) -> list[str]:
    """Write under trouble, wait, prove. Returns what is wrong."""
    key = make_key(place)
    world = make_world(place, key)
    tally, meter, began = Tally(), Meter(), time.monotonic()
    writers = [
        Writer(f"W{n}", Client(place.host, place.port, key, tally), world, Random(n)) for n in range(WRITERS)
    ]
    with ThreadPoolExecutor(WRITERS) as pool:
        running = [pool.submit(writer.write, writes // WRITERS, meter.note) for writer in writers]
        _make_trouble(place, writes, meter, running)
    problems = [f"a writer gave up: {future.exception()!r}" for future in running if future.exception()]
    took = time.monotonic() - began
    print(f"{meter.count} writes in {took:.1f} s, the slowest {tally.waited:.1f} s: {dict(tally.answers)}")
    ledger = {key: deal for writer in writers for key, deal in writer.ledger.items()}
    return problems + ([] if problems else _settle(place, ledger))


def _make_trouble(place: Installation, writes: int, meter: Meter, running: Sequence[Future[None]]) -> None:
    for after, trouble in schedule(writes):
        while meter.count < after and not any(future.done() and future.exception() for future in running):
            time.sleep(0.02)
        trouble.make(place)
        print(f"  after {meter.count} writes: {trouble.name}")


def _settle(place: Installation, ledger: dict[str, Deal]) -> list[str]:
    """Wait for the worker alone; only then let `verify_actuals` say the same."""
    began = time.monotonic()
    findings = _findings(place, ledger)
    while findings and time.monotonic() - began < SETTLED_WITHIN:
        time.sleep(0.25)
        findings = _findings(place, ledger)
    took = time.monotonic() - began
    if not findings:
        place.manage("verify_actuals", "--organisation", SLUG)
        print(
            f"{len(ledger)} deals and all numbers made of them are right {took:.1f} s after the last write."
        )
    return [f"{finding.what} after {took:.0f} s: {finding.rows[:5]}" for finding in findings]


def _findings(place: Installation, ledger: dict[str, Deal]) -> list[Finding]:
    waiting = still_waiting(place.sees_all)
    found = [Finding("marks that nobody worked off", [(waiting,)])] if waiting else []
    return [*found, *wrong_deals(place.sees_all, ledger), *wrong_numbers(place.sees_all)]


if __name__ == "__main__":
    sys.exit(main())
