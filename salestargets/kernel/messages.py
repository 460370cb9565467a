"""Texts for people, in code that knows no Django: marked here, translated by whoever shows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:  # noqa: N802  the name Babel extracts by default
    """Mark `text` for the message catalogue and return it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A marked text, and what to put in place of its `{names}`: a value, or a message within it."""

    text: str
    params: Mapping[str, object] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = str) -> str:
        """The text in the language of `translate` (such as Django's `gettext`), with its params."""
        text = translate(self.text)
        if not self.params:
            return text
        filled = {
            name: value.render(translate) if isinstance(value, Message) else value
            for name, value in self.params.items()
        }
        return text.format(**filled)
