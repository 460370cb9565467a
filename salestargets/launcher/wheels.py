"""Programs that come inside Python wheels."""

from importlib.util import find_spec
from pathlib import Path


def find_in_wheel(package: str, pattern: str) -> Path | None:
    """The first file of an installed package that matches, found without importing the package."""
    spec = find_spec(package)
    for place in spec.submodule_search_locations or () if spec else ():
        for found in sorted(Path(place).glob(pattern)):
            return found
    return None
