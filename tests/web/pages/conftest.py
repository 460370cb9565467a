from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tests.builders import NOON
from tests.lasting import lasting
from tests.web.pages.kit import Scene, a_scene


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    """12 May 2026, 12:00 UTC."""
    with time_machine.travel(NOON, tick=False):
        yield


@lasting(at=NOON)
def scene() -> Scene:
    return a_scene()


@pytest.fixture
def admin(scene: Scene) -> Client:
    return scene.browser("admin")
