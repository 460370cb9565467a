"""Extract and compile the message catalogues with Babel: no GNU gettext is needed.

English is written in the code; a catalogue stands in `locale/<folder>/LC_MESSAGES/django.po`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from salestargets.launcher.folder import REPOSITORY

LANGUAGES = ("zh_Hans",)
SOURCES = ("salestargets", "kpis", "pipeline", "targets", "reviews", "templates")
METHODS = [
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**.html", f"{__name__}:extract_template"),
    ("**.txt", f"{__name__}:extract_template"),
]
KEYWORDS: Mapping[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
#: cotton's dynamic attributes, as in `:label="_('Save')"`, which Django's own extraction takes for text.
_DYNAMIC_ATTRIBUTE = re.compile(r""":[\w.-]+="[^"]*?_\('([^']+)'\)""")

Found = tuple[int, str | tuple[str, ...] | None, Any, list[str] | str | None]


def extract(root: Path = REPOSITORY) -> list[str]:
    """Bring every catalogue up to date with the sources; a line about each."""
    template = _template(root)
    return [f"{language}: {_update(root, language, template)}" for language in LANGUAGES]


def compile_all(root: Path = REPOSITORY) -> list[Path]:
    """Compile the catalogues that changed since they were last compiled."""
    stale = [path for path in _catalogue_files(root) if _is_stale(path)]
    for path in stale:
        _compile(path)
    return stale


def untranslated(root: Path, language: str) -> list[str]:
    """The messages of the sources that the catalogue leaves in English."""
    template, catalogue = _template(root), _read(_path(root, language), language)
    wanted = [message for message in template if message.id]
    return [str(message.id) for message in wanted if not _is_translated(catalogue, message)]


def extract_template(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Babel's extraction method for Django templates: Django turns them into Python."""
    from django.utils.translation.template import templatize  # the launcher starts without Django

    source = file.read().decode()
    # What stands between the messages is blanked, but its indentation would not be Python's.
    python = "\n".join(line.lstrip() for line in templatize(source).splitlines())
    yield from extract_python(BytesIO(python.encode()), keywords, comment_tags, {})
    for found in _DYNAMIC_ATTRIBUTE.finditer(source):
        yield source.count("\n", 0, found.start()) + 1, "gettext", found[1], []


def _template(root: Path) -> Catalog:
    catalogue = Catalog(fuzzy=False)
    for source in SOURCES:
        for name, _line, text, comments, context in extract_from_dir(
            root / source, METHODS, keywords=KEYWORDS
        ):
            # Without line numbers, an edit of one page does not touch the catalogue's other entries.
            catalogue.add(text, None, [(f"{source}/{name}", 0)], auto_comments=comments, context=context)
    return catalogue


def _update(root: Path, language: str, template: Catalog) -> str:
    path = _path(root, language)
    catalogue = _read(path, language)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, omit_header=False, sort_output=True, include_lineno=False, width=110)
    missing = sum(1 for message in catalogue if message.id and not _is_translated(catalogue, message))
    return f"{len(catalogue)} messages, {missing} not translated"


def _is_translated(catalogue: Catalog, message: Message) -> bool:
    found = catalogue.get(message.id, message.context)
    if found is None or found.fuzzy:
        return False
    texts = found.string if isinstance(found.string, (list, tuple)) else [found.string]
    return all(texts)


def _compile(path: Path) -> None:
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, _read(path, path.parts[-3]))


def _read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _path(root: Path, language: str) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def _catalogue_files(root: Path) -> list[Path]:
    return [path for language in LANGUAGES if (path := _path(root, language)).exists()]


def _is_stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime
