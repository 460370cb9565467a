"""What the launcher says, and how it gives up."""

import sys


class LauncherError(Exception):
    """Says in one or two plain sentences what is wrong and what to do about it."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
