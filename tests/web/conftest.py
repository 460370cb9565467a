from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english_around_each_test() -> Iterator[None]:
    """A request leaves its language behind in the thread."""
    with translation.override("en"):
        yield
