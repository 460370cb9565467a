"""Static files: hashed names; and straight from `node_modules` exactly these, under names of our own."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core import checks
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from salestargets.web.conf import BASE_DIR

NODE_MODULES = BASE_DIR / "node_modules"

# Where it is served → where the package has it. The manifest storage wants the .map that a file names.
FILES = {
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/plotly-finance.min.js": "plotly.js-finance-dist-min/plotly-finance.min.js",
    "vendor/inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "vendor/inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
}


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Names carry a hash of what is in them, also where one of our scripts imports another."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((r'(?P<matched>from "(?P<url>\./[^"]+)")', 'from "%(url)s"'),)),
    )


class PackageFiles(FileSystemStorage):
    """Opens a served name at its place in `node_modules`."""

    def path(self, name: str) -> str:
        return str(NODE_MODULES / FILES[Path(name).as_posix()])


class NodeModulesFinder(BaseFinder):
    storage = PackageFiles(location=NODE_MODULES)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        missing = [source for source in FILES.values() if not (NODE_MODULES / source).is_file()]
        if not missing:
            return []
        hint = "Run `npm ci --ignore-scripts` in the project folder."
        return [checks.Warning(f"Not in node_modules: {', '.join(missing)}", hint=hint, id="web.W001")]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = FILES.get(path)
        found = [str(NODE_MODULES / source)] if source and (NODE_MODULES / source).is_file() else []
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in FILES:
            yield name, self.storage
