"""`make bench`: every figure, on servers of its own that are gone afterwards."""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import django
import psycopg2

from bench.faults.installation import own_environment
from salestargets.collecting import look_rarely
from salestargets.launcher.folder import DataFolder, held
from salestargets.launcher.messages import compile_all
from salestargets.launcher.services import services
from salestargets.launcher.setup import migrate

PEOPLE, DEALS, REQUESTS = 300, 100_000, 60
RECORDS, TIMES, DEALS_EACH = 10_000_000, 10, 1_000  # in the larger recompute, and in the smaller one
ORDERS = 100_000
LISTED = 1_000
LED, PLANNED, TEAM = 1_000, 10_000, 23  # in about 50 and 500 units


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench")
    options.add_argument("--deals", type=int, default=DEALS, help="in a round by file, over REST, by hand")
    options.add_argument("--records", type=int, default=RECORDS, help="in the larger of the two recomputes")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="salestargets-bench-") as path:
        folder = DataFolder(Path(path))
        with held(folder), services(folder, own_environment()) as servers:
            env = {**own_environment(), **servers.variables, "LOG_LEVEL": "ERROR"}
            migrate(folder, env)
            compile_all()
            os.environ.update(env, DJANGO_SETTINGS_MODULE="salestargets.settings", STATEMENT_TIMEOUT="300s")
            return measure(folder, env, deals=asked.deals, records=asked.records)


def measure(folder: DataFolder, env: Mapping[str, str], *, deals: int, records: int) -> int:
    django.setup()
    # They need the settings, which need the servers. With the application, work is told to the broker.
    from django.conf import settings

    import salestargets.celery  # noqa: F401
    from bench import bulk, change, figures, goals, ingest, listing, page, planning, recompute
    from bench.large import a_large_organisation
    from bench.organisations import Size
    from salestargets.demo.services import load_demo

    look_rarely()  # as web and worker do
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    began, at = perf_counter(), datetime.now(UTC)
    owner = env["DATABASE_OWNER_URL"]
    size = Size(people=PEOPLE, on=at.date())
    slugs = ("by-file", "by-rest", "by-hand")
    by_file, by_rest, by_hand = (bulk.an_organisation(slug, size, at=at) for slug in slugs)
    _settle(owner)
    found = ingest.measure(by_file, by_rest, by_hand, size, count=deals, at=at)
    led = Size(people=LED, on=at.date(), team=TEAM)
    goal = page.an_organisation(led, at=at)
    load_demo(at=at, password="never used")
    _settle(owner)
    found += page.measure(goal, led, requests=REQUESTS)
    found.append(listing.measure(goal.organisation, count=LISTED, requests=REQUESTS, at=at))
    found.append(change.measure(goal, folder, env, at=at))
    large = Size(people=PLANNED, on=at.date(), team=TEAM)
    planned = planning.an_organisation(large, at=at)
    _settle(owner)
    found.append(planning.measure(planned, large, at=at))
    plan = goals.an_organisation(led, orders=ORDERS, at=at)
    _settle(owner)
    found += goals.measure(plan, at=at)
    recomputed = []
    for count in (records // TIMES, records):
        many = Size(people=count // DEALS_EACH, on=at.date(), team=TEAM)
        filled = a_large_organisation(f"large-{count}", many, deals=count, owner_url=owner, at=at)
        _settle(owner)
        recomputed.append(recompute.measure(filled, at=at))
    found += [*recomputed, recompute.growth(*recomputed, times=TIMES)]
    print(figures.publish(found, on=figures.machine()))
    print(f"\n{perf_counter() - began:.0f} s")
    return 0 if all(figure.holds for figure in found) else 1


def _settle(owner_url: str) -> None:
    """What autovacuum does within a minute."""
    connection = psycopg2.connect(owner_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
