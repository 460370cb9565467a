import secrets
import string

_ALPHABET = string.ascii_letters + string.digits  # a sign in front would be a formula in a spreadsheet
_LENGTH = 12


def new_external_id() -> str:
    """An id for a row typed in by hand: tells nothing of how many there are."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
