import secrets


def new_external_id() -> str:
    """An id for a row typed in by hand: tells nothing of how many there are."""
    return secrets.token_urlsafe(9)
