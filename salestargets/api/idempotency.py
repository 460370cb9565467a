"""A write sent twice is done once: the answer is kept with what it did, in one transaction."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection
from rest_framework.request import Request
from rest_framework.response import Response

from salestargets.api.authentication import actor_of
from salestargets.api.problems import BadRequest
from salestargets.api.renderers import dumps
from salestargets.jobs.models import IdempotencyKey
from salestargets.kernel.errors import Conflict, DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import clean_text

KEPT = timedelta(hours=24)
_LOCK_TIMEOUT = "55P03"

#: A row older than a day is as good as none and is taken over.
_CLAIM = """
    INSERT INTO jobs_idempotencykey (organisation_id, actor, key, request_digest, created_at)
    VALUES (%(organisation)s, %(actor)s, %(key)s, %(digest)s, %(at)s)
    ON CONFLICT (organisation_id, actor, key) DO UPDATE
    SET request_digest = EXCLUDED.request_digest, created_at = EXCLUDED.created_at, status = NULL, body = NULL
    WHERE jobs_idempotencykey.created_at <= %(expired)s
    RETURNING id
"""
_FORGET = """
    DELETE FROM jobs_idempotencykey WHERE (organisation_id, id) IN (
        SELECT organisation_id, id FROM jobs_idempotencykey
        WHERE organisation_id = %(organisation)s AND created_at <= %(expired)s
        ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True)
class Claim:
    """The right to do a request; `answer` instead where it has been done."""

    row_id: int
    answer: Response | None = None

    def keep(self, response: Response) -> None:
        IdempotencyKey.objects.filter(pk=self.row_id).update(
            status=response.status_code, body=dumps(response.data)
        )


def claim(request: Request, *, at: datetime, keeps_answer: bool = True) -> Claim | None:
    """Take the request's Idempotency-Key, waiting for a twin that is under way. None where it sent no key."""
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    if not keeps_answer:
        raise BadRequest(
            N_("This answer is shown once and not kept: send it without Idempotency-Key."), code="not_kept"
        )
    actor = actor_of(request)
    who = {"organisation": actor.organisation.pk, "actor": actor.id, "key": _read(header)}
    digest = digest_of(request)
    row_id = _insert({**who, "digest": digest, "at": at, "expired": at - KEPT})
    if row_id is not None:
        return Claim(row_id)
    row = IdempotencyKey.objects.get(actor=who["actor"], key=who["key"])
    if bytes(row.request_digest) != digest:
        raise DomainError(
            N_("This Idempotency-Key was used for a different request. Use a new one."), code="key_reused"
        )
    return Claim(row.pk, Response(orjson.loads(bytes(row.body or b"null")), status=row.status))


def digest_of(request: Request) -> bytes:
    """Method, path, query and body, files included."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if isinstance(request.data, dict) and any(isinstance(v, UploadedFile) for v in request.data.values()):
        for name, value in sorted(request.data.items()):
            digest.update(dumps([name, None if isinstance(value, UploadedFile) else value]))
            for chunk in value.chunks() if isinstance(value, UploadedFile) else ():
                digest.update(chunk)
    else:
        digest.update(json.dumps(request.data).encode())  # unlike orjson for integers of any size
    return digest.digest()


def _read(header: str) -> str:
    try:
        return clean_text(header, max_length=200, min_length=1)
    except DomainError as error:
        raise BadRequest(
            N_("The Idempotency-Key must be 1 to 200 plain characters."), code=error.code
        ) from None


def _insert(values: dict[str, Any]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, values)
        try:
            cursor.execute(_CLAIM, values)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) != _LOCK_TIMEOUT:
                raise
            raise Conflict(
                N_("The same request is still being worked on. Ask again in a moment."), code="in_progress"
            ) from None
        row = cursor.fetchone()
    return row[0] if row else None
