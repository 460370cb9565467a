"""Deals by file and over REST against PostgreSQL's own: COPY and INSERT … ON CONFLICT written by hand."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from http import HTTPStatus

import orjson
from django.test import Client

from bench.bulk import SOURCE, load_by_hand, prepared
from bench.figures import Figure, middle, seconds
from bench.organisations import Row, Size, deals
from pipeline.choices import ImportState
from pipeline.services.imports import import_file
from salestargets.accounts.models import User
from salestargets.api.services import create_key
from salestargets.jobs.services import work_one_step
from salestargets.tenancy.access import actor_of_member, system_actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation

ROUNDS = 3
ROWS_A_FILE, RECORDS_A_CALL = 250_000, 10_000
GOAL_OF_FILES, GOAL_OF_REST = 0.75, 0.3


def measure(
    files: Organisation, rest: Organisation, theirs: Organisation, size: Size, *, count: int, at: datetime
) -> list[Figure]:
    """Rounds of `count` deals of which half are there already, with another amount; each way by turns."""
    client = _client(rest, at=at)
    half = count // 2
    times: list[tuple[float, float, float]] = []
    for number in range(-1, ROUNDS):  # the first one fills the tables and is not counted
        numbers = range(half) if number < 0 else range(number * half, number * half + count)
        rows = list(deals(size, numbers, edition=number + 1))
        times.append(
            (
                _took(_files(rows), lambda content: by_file(files, content, at=at)),
                _took(_bodies(rows), lambda body: by_rest(client, body)),
                _took([prepared(theirs, rows)], lambda text: load_by_hand(theirs, text)),
            )
        )
    ours, over_rest, by_hand = (middle(way) for way in zip(*times[1:], strict=True))
    return [
        _figure("by file", count, ours, by_hand, GOAL_OF_FILES),
        _figure("over REST", count, over_rest, by_hand, GOAL_OF_REST),
    ]


def by_file(organisation: Organisation, content: bytes, *, at: datetime) -> None:
    """All that an import does: opened, kept in chunks, mapped, read, landed with its trail, counted."""
    with acting_for(organisation.pk):
        run = import_file(
            system_actor(organisation),
            kind="deals",
            file_name="deals.csv",
            content=io.BytesIO(content),
            source=SOURCE,
            at=at,
        )
    while work_one_step(organisation.pk, at=at):
        pass
    with acting_for(organisation.pk):
        run.refresh_from_db()
    if run.state != ImportState.DONE or run.rejected:
        raise ValueError(f"{run.state}: {run.error} {run.rejected}")


def by_rest(client: Client, body: bytes) -> None:
    """Through every middleware, with its key, as an integration calls."""
    answer = client.post("/api/v1/deals/bulk/", body, content_type="application/json")
    if answer.status_code != HTTPStatus.OK or answer.json()["rejected"]:
        raise ValueError(f"{answer.status_code}: {answer.content[:500]!r}")


def _took(parts: Sequence[bytes] | Sequence[str], work: Callable[..., None]) -> float:
    return sum(seconds(lambda part=part: work(part)) for part in parts)  # type: ignore[misc]


def _files(rows: Sequence[Row]) -> list[bytes]:
    return [_csv(part) for part in _parts(rows, ROWS_A_FILE)]


def _csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _bodies(rows: Sequence[Row]) -> list[bytes]:
    return [orjson.dumps({"source": SOURCE, "records": part}) for part in _parts(rows, RECORDS_A_CALL)]


def _parts(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _client(organisation: Organisation, *, at: datetime) -> Client:
    user = User.objects.get(email=f"admin@{organisation.slug}.example")
    with acting_for(organisation.pk):
        actor = actor_of_member(organisation, user)
        assert actor is not None
        _key, text = create_key(actor=actor, name="bench", scopes=[Scope.RECORDS_WRITE], at=at)
    return Client(headers={"host": "localhost", "authorization": f"Bearer {text}"})


def _figure(way: str, count: int, ours: float, reference: float, goal: float) -> Figure:
    return Figure(
        name=f"{count:,} deals {way}, half of them changed",
        ours=count / ours,
        reference=count / reference,
        unit="deals/s",
        goal=goal,
        is_speed=True,
    )
