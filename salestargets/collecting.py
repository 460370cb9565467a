"""How web and worker let Python look for what nobody refers to any more."""

import gc

#: New objects between two looks, and looks between two at what is older. An answer of a thousand rows makes
#: ten thousand; most of what it makes is gone by itself when it is sent.
LOOKS = (50_000, 20, 20)


def look_rarely() -> None:
    """To be called once everything is loaded: that stays, and is not looked through again.

    Otherwise every few answers wait while all that was ever loaded is gone through.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*LOOKS)
