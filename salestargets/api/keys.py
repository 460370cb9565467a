"""The text of a key: `st_<organisation>_<key>_<secret>`. Only the secret's SHA-256 is ever stored."""

import hashlib
import hmac
import secrets

from salestargets.api.models import ApiKey

SECRET_BYTES = 32


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """No slow hash: 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(key: ApiKey, secret: str) -> bool:
    return hmac.compare_digest(key.digest, digest(secret))


def plain(key: ApiKey, secret: str) -> str:
    return f"st_{key.organisation_id}_{key.pk}_{secret}"
