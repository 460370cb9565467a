"""`make bench`: every figure in a few minutes, on servers of its own that are gone afterwards."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
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
LISTED = 1_000
LED, PLANNED, TEAM = 1_000, 10_000, 23  # in about 50 and 500 units


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench")
    options.add_argument("--deals", type=int, default=DEALS, help="in a round by file, over REST, by hand")
    deals = options.parse_args().deals
    with tempfile.TemporaryDirectory(prefix="salestargets-bench-") as path:
        folder = DataFolder(Path(path))
        with held(folder), services(folder, own_environment()) as servers:
            env = {**own_environment(), **servers.variables, "LOG_LEVEL": "ERROR"}
            migrate(folder, env)
            compile_all()
            os.environ.update(env, DJANGO_SETTINGS_MODULE="salestargets.settings", STATEMENT_TIMEOUT="300s")
            return measure(deals=deals, analyse=lambda: _analyse(servers.variables["DATABASE_OWNER_URL"]))


def measure(*, deals: int, analyse: Callable[[], None]) -> int:
    django.setup()
    # They need the settings, which need the servers. With the application, work is told to the broker.
    from django.conf import settings

    import salestargets.celery  # noqa: F401
    from bench import bulk, figures, ingest, listing, page, planning, recompute
    from bench.organisations import Size
    from salestargets.demo.services import load_demo

    look_rarely()  # as web and worker do
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    began, at = perf_counter(), datetime.now(UTC)
    size = Size(people=PEOPLE, on=at.date())
    slugs = ("by-file", "by-rest", "by-hand")
    by_file, by_rest, by_hand = (bulk.an_organisation(slug, size, at=at) for slug in slugs)
    analyse()
    found = ingest.measure(by_file, by_rest, by_hand, size, count=deals, at=at)
    analyse()
    found.append(recompute.measure(by_file, at=at))
    led = Size(people=LED, on=at.date(), team=TEAM)
    goal = page.an_organisation(led, at=at)
    load_demo(at=at, password="never used")
    analyse()
    found += page.measure(goal, led, requests=REQUESTS)
    found.append(listing.measure(goal.organisation, count=LISTED, requests=REQUESTS, at=at))
    large = Size(people=PLANNED, on=at.date(), team=TEAM)
    planned = planning.an_organisation(large, at=at)
    analyse()
    found.append(planning.measure(planned, large, at=at))
    print(figures.publish(found, on=figures.machine()))
    print(f"\n{perf_counter() - began:.0f} s")
    return 0 if all(figure.holds for figure in found) else 1


def _analyse(owner_url: str) -> None:
    """What autovacuum does within a minute."""
    connection = psycopg2.connect(owner_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
