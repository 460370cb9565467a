"""What a template may not contain, checked: `python -m salestargets.web.template_rules [folder …]`.

The Content-Security-Policy forbids inline script and style, so they would silently do nothing; htmx runs
without eval, so its scripted attributes would too; and every visible word stands in both languages.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile

from salestargets.web.conf import BASE_DIR

COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", re.DOTALL)
TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
TAG = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)
KEYCAP = re.compile(r"<kbd>[^<]*</kbd>")  # named as on the keyboard
ELEMENT = re.compile(r"<script\b.*?</script>|<[^>]*>", re.DOTALL)
ICON = re.compile(r"""{%\s*icon\s+["']([^"']+)|\b(?:glyph|icon)="([^"{]+)""")

# On the source as written.
SOURCE_RULES = {
    r"\|\s*safe\b|{%\s*autoescape\s+off": "prints text unescaped",
    r"{{\s*attrs\s*}}": "prints attributes unescaped; name what the component takes",
    r"""\s:[\w-]+=["']{{""": "evaluates a printed value; pass the variable itself",
}
# On the source without comments and template tags.
MARKUP_RULES = {
    r"""<script\b(?![^>]*\bsrc=)(?![^>]*type=["']application/json)""": "inline script",
    r"<style\b": "inline style element",
    r"<[^>]*\sstyle\s*=": "style attribute",
    r"<[^>]*\son[a-z]+\s*=": "event handler attribute",
    r"\bhx-on\b": "hx-on needs eval",
    r"""=\s*["']\s*(?:js|javascript):""": "scripted value",
    r"""hx-trigger=["'][^"']*\[""": "trigger filter needs eval",
    r"""<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=["'](?:https?:)?//""": "loads from another host",
}
WORDED = r"""\s(?:label|title|note|hint|placeholder|alt|aria-label|data-confirm)=["']([^"']*)"""
WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+")
NAMES = {"salestargets", "English", "简体中文"}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    line: int
    what: str


def findings(source: str) -> list[Finding]:
    """Every broken rule of one template, by line."""
    said = blank(COMMENT, source)
    markup = blank(TAG, said)
    return sorted(
        [
            *matches(SOURCE_RULES, said),
            *matches(MARKUP_RULES, markup),
            *untranslated(blank(TAG, blank(KEYCAP, blank(TRANSLATED, said)))),
            *unknown_icons(said),
        ]
    )


def blank(pattern: re.Pattern[str], text: str) -> str:
    """The text with what matches taken out, on the same lines."""
    return pattern.sub(lambda found: "\n" * found[0].count("\n"), text)


def matches(rules: dict[str, str], text: str) -> Iterator[Finding]:
    for pattern, what in rules.items():
        for found in re.finditer(pattern, text):
            yield at(text, found.end(), what)


def untranslated(markup: str) -> Iterator[Finding]:
    for attribute in re.finditer(WORDED, markup):
        yield from words(markup, attribute.start(1), attribute[1])
    ends = [0, *(element.end() for element in ELEMENT.finditer(markup))]
    starts = [*(element.start() for element in ELEMENT.finditer(markup)), len(markup)]
    for start, end in zip(ends, starts, strict=True):
        yield from words(markup, start, markup[start:end])


def words(markup: str, start: int, text: str) -> Iterator[Finding]:
    for found in WORD.finditer(text):
        if found[0] not in NAMES:
            yield at(markup, start + found.start(), f"not translated: {found[0]!r}")


def unknown_icons(source: str) -> Iterator[Finding]:
    known = icon_names()
    for found in ICON.finditer(source):
        if (name := found[1] or found[2]) not in known:
            yield at(source, found.start(), f"no lucide icon is called {name!r}")


def icon_names() -> set[str]:
    with files("lucide").joinpath("lucide.zip").open("rb") as archive, ZipFile(archive) as icons:
        return {Path(name).stem for name in icons.namelist()}


def at(text: str, position: int, what: str) -> Finding:
    return Finding(text.count("\n", 0, position) + 1, what)


def main(folders: list[str]) -> int:
    paths = sorted(path for folder in folders for path in Path(folder).rglob("*.html"))
    found = [(path, finding) for path in paths for finding in findings(path.read_text("utf-8"))]
    for path, finding in found:
        sys.stderr.write(f"{path}:{finding.line}: {finding.what}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or [str(BASE_DIR / "templates")]))
