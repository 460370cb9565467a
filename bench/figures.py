"""A figure: ours beside its reference, measured in one run; kept as JSON and in the README."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from django.db import connection

BENCH = Path(__file__).resolve().parent
RESULTS, README = BENCH / "results.json", BENCH.parent / "README.md"
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


@dataclass(frozen=True)
class Figure:
    """`ratio` is ours / reference in `unit`, and holds on the right side of `goal`."""

    name: str
    ours: float
    reference: float
    unit: str
    goal: float
    is_speed: bool  # more is better; of times, less is
    is_absolute: bool = False  # the goal is for ours alone; the reference only stands beside it

    @property
    def ratio(self) -> float:
        return self.ours / self.reference

    @property
    def holds(self) -> bool:
        found = self.ours if self.is_absolute else self.ratio
        return found >= self.goal if self.is_speed else found <= self.goal

    def as_json(self) -> dict[str, object]:
        values = asdict(self) | {"ratio": self.ratio, "holds": self.holds}
        keys = ("name", "ours", "reference", "unit", "ratio", "goal", "holds")
        return {key: _short(values[key]) for key in keys}

    def as_row(self) -> str:
        sign, unit = "≥" if self.is_speed else "≤", f" {self.unit}" if self.is_absolute else ""
        return (
            f"| {self.name} | {_shown(self.ours)} {self.unit} | {_shown(self.reference)} {self.unit}"
            f" | {self.ratio:.2f} | {sign} {self.goal:g}{unit} | {'yes' if self.holds else '**no**'} |"
        )


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def middle(values: Sequence[float]) -> float:
    return median(values)


def publish(figures: Sequence[Figure], *, on: str, results: Path = RESULTS, readme: Path = README) -> str:
    """Write results.json and the table of the README; returns the table."""
    results.write_text(json.dumps([figure.as_json() for figure in figures], indent=2) + "\n")
    head = "| | ours | reference | ratio | goal | holds |\n|---|---|---|---|---|---|"
    table = "\n".join([head, *(figure.as_row() for figure in figures)])
    about = "what is compared with what stands in [bench](bench/README.md)"
    text = f"Measured by `make bench` on {on}; {about}.\n\n{table}"
    before, _, rest = readme.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{readme} has no {BEGIN} … {END}.")
    readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
    return text


def machine() -> str:
    """What was measured on, as the system tells it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        [(version,)] = cursor.fetchall()
    return f"{len(os.sched_getaffinity(0))} cores, {_memory()} GB of memory, PostgreSQL {version.split()[0]}"


def _memory() -> int:
    """What the machine has, or what the container may use."""
    [total] = [line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal")]
    found = [int(total.split()[1]) * 1024]
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and limit.read_text().strip() != "max":
        found.append(int(limit.read_text()))
    return round(min(found) / 2**30)


def _short(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
