"""One changed deal until the numbers of its person, team, region and company are right: the worker runs."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from statistics import quantiles
from typing import Any

from django.db import connection

from bench.bulk import SOURCE
from bench.faults.client import Client, Tally
from bench.faults.installation import free_port
from bench.figures import Figure, seconds
from salestargets.accounts.models import User
from salestargets.api.services import create_key
from salestargets.launcher.address import free_address
from salestargets.launcher.folder import DataFolder
from salestargets.launcher.run import allowed_hosts, application, wait_until_alive
from salestargets.tenancy.access import actor_of_member
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.context import acting_for
from salestargets.tenancy.models import Organisation
from targets.models import Goal

CHANGES = 100
GOAL = 1.0
MORE = 100  # cents
PATIENCE = 30.0

_DEALS = """
SELECT d.id, d.external_id, d.amount_minor, a.unit_id, d.owner_id
FROM pipeline_deal d
JOIN tenancy_assignment a
  ON a.organisation_id = d.organisation_id AND a.person_id = d.owner_id AND a.role = 'member'
 AND a.starts_on <= d.closed_on AND (a.ends_on IS NULL OR a.ends_on > d.closed_on)
WHERE d.organisation_id = %(organisation)s AND d.status = 'won' AND d.deleted_at IS NULL
  AND d.closed_on >= %(starts_on)s AND d.closed_on < %(ends_on)s
ORDER BY d.id LIMIT %(limit)s
"""
#: Of the person in the unit, and of the unit and all above it.
_ACTUALS = """
SELECT t.id, p.actual
FROM targets_target t JOIN targets_progress p ON p.organisation_id = t.organisation_id AND p.target_id = t.id
WHERE t.organisation_id = %(organisation)s AND t.goal_id = %(goal)s AND (
    (t.unit_id = %(unit)s AND t.person_id = %(person)s)
    OR (t.person_id IS NULL AND t.unit_id IN (
        SELECT ancestor_id FROM tenancy_unitclosure
        WHERE organisation_id = %(organisation)s AND descendant_id = %(unit)s AND ends_on IS NULL)))
"""
_BY_HAND = """
UPDATE pipeline_deal SET amount_minor = amount_minor + %(more)s, base_minor = base_minor + %(more)s
WHERE organisation_id = %(organisation)s AND id = %(deal)s
"""


def measure(goal: Goal, folder: DataFolder, env: Mapping[str, str], *, at: datetime) -> Figure:
    """From the moment in which the client sends the change until the last of the four numbers has it.

    A hundred deals, one after the other, each another one; beside it the UPDATE alone, on as many others.
    """
    organisation = goal.organisation
    key = _key(organisation, at=at)
    deals = _run(
        organisation,
        _DEALS,
        starts_on=goal.plan.starts_on,
        ends_on=goal.plan.ends_on,
        limit=2 * CHANGES + 1,
    )
    with _processes(folder, env) as (host, port):
        client = Client(host, port, key, Tally())
        first, *changed = deals[: CHANGES + 1]
        _changed(client, goal, first)  # the first one wakes everybody up
        times = [_changed(client, goal, deal) for deal in changed]
    alone = [
        seconds(lambda deal=deal: _run(organisation, _BY_HAND, more=MORE, deal=deal[0]))  # type: ignore[misc]
        for deal in deals[CHANGES + 1 :]
    ]
    return Figure(
        name="A changed deal, until person, team, region and company have it, 95 of 100",
        ours=_percentile(times),
        reference=_percentile(alone),
        unit="s",
        goal=GOAL,
        is_speed=False,
        is_absolute=True,
    )


def _changed(client: Client, goal: Goal, deal: Sequence[Any]) -> float:
    _id, external_id, amount, unit_id, person_id = deal
    whose = {"goal": goal.pk, "unit": unit_id, "person": person_id}
    expected = {target: actual + MORE for target, actual in _run(goal.organisation, _ACTUALS, **whose)}
    began = time.perf_counter()
    cents = amount + MORE
    record = {"external_id": external_id, "amount": f"{cents // 100}.{cents % 100:02}"}
    client.post("deals/bulk/", {"source": SOURCE, "records": [record]})
    while dict(_run(goal.organisation, _ACTUALS, **whose)) != expected:
        if time.perf_counter() > began + PATIENCE:
            raise ValueError(f"The numbers above {external_id} are not right after {PATIENCE:.0f} s.")
        time.sleep(0.005)
    return time.perf_counter() - began


@contextmanager
def _processes(folder: DataFolder, env: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Web, worker and beat as `make run` starts them, at the servers that are there."""
    address = free_address({"PORT": str(free_port())})
    with ExitStack() as stack:
        processes = application(folder, {**env, "ALLOWED_HOSTS": allowed_hosts(env, address)}, address)
        for process in processes:
            stack.callback(process.stop)
            process.start()
        wait_until_alive(address, processes)
        yield address.local_host, address.port


def _key(organisation: Organisation, *, at: datetime) -> str:
    user = User.objects.get(email=f"admin@{organisation.slug}.example")
    with acting_for(organisation.pk):
        actor = actor_of_member(organisation, user)
        assert actor is not None
        _key, text = create_key(actor=actor, name="change", scopes=[Scope.RECORDS_WRITE], at=at)
    return text


def _run(organisation: Organisation, statement: str, **values: object) -> list[tuple[Any, ...]]:
    with acting_for(organisation.pk), connection.cursor() as cursor:
        cursor.execute(statement, {"organisation": organisation.pk, **values})
        return list(cursor.fetchall()) if cursor.description else []


def _percentile(times: Sequence[float]) -> float:
    """Of a hundred, what 95 do not exceed."""
    return quantiles(times, n=20)[-1]
