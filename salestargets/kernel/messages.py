"""Marking of texts for translation in code that knows no Django."""


def N_(text: str) -> str:  # noqa: N802  the name Babel extracts by default
    """Mark `text` for the message catalogue and return it unchanged; whoever shows it translates it."""
    return text
