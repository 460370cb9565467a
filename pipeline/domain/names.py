"""Names that probably mean the same thing: offered to a person, never merged by themselves."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

CLOSE_ENOUGH = 0.85  # of difflib's ratio, 2 · matching characters / all characters


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A known name like the one asked for; `likeness` is 1 where only spelling marks differ."""

    name: str
    likeness: float


def name_key(name: str) -> str:
    """What is left of a name without case, width, blanks and punctuation: "GTX-Pro", "gtx pro" → "gtxpro".

    Letters, digits and their marks of every script stay, Chinese too.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    kept = (char for char in folded if char.isalnum() or unicodedata.category(char).startswith("M"))
    return unicodedata.normalize("NFKC", "".join(kept))


def similar_names(name: str, known: Iterable[str], *, limit: int = 5) -> list[Suggestion]:
    """Up to `limit` of the `known` names that look like `name`, the likest first, then by alphabet.

    The same key is the same name but for spelling; other names come in where few characters differ and all
    digits agree ("GTX 1080" is not a slip for "GTX 1070"). Takes time in proportion to `known`.
    """
    key = name_key(name)
    found = [Suggestion(other, _likeness(key, name_key(other))) for other in set(known) - {name}]
    close = [suggestion for suggestion in found if suggestion.likeness >= CLOSE_ENOUGH]
    return sorted(close, key=lambda suggestion: (-suggestion.likeness, suggestion.name))[:limit]


def _likeness(key: str, other: str) -> float:
    """1 for equal keys, 0 for keys whose digits differ or of which nothing is left."""
    if not key or not other or _digits(key) != _digits(other):
        return 0.0
    if key == other:
        return 1.0
    matcher = SequenceMatcher(None, key, other, autojunk=False)
    # Two cheap upper bounds before the costly comparison.
    if matcher.real_quick_ratio() < CLOSE_ENOUGH or matcher.quick_ratio() < CLOSE_ENOUGH:
        return 0.0
    return matcher.ratio()


def _digits(key: str) -> str:
    return "".join(filter(str.isdigit, key))
