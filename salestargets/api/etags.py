"""`version` in an answer is its ETag, and a change says with If-Match which version it means."""

import re

from rest_framework.request import Request

from salestargets.api.problems import PreconditionRequired
from salestargets.kernel.errors import Stale
from salestargets.kernel.messages import N_

_ETAG = re.compile(r'"(?P<version>0|[1-9][0-9]{0,9})"')


def etag(version: int) -> str:
    return f'"{version}"'


def expected_version(request: Request, *, is_required: bool) -> int | None:
    """The version the caller read; the service compares it in the same transaction."""
    header = request.headers.get("If-Match")
    if header is None and not is_required:
        return None
    if header is None:
        raise PreconditionRequired(
            N_("Send the ETag you read in If-Match, so that nobody else's change is lost."),
            code="version_required",
        )
    match = _ETAG.fullmatch(header.strip())
    if match is None:
        raise Stale(N_("This has changed since you read it. Read it again."), code="stale")
    return int(match["version"])
