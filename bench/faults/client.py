"""A client as integrations should be: every write has a key, and is sent again until it is answered."""

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TIMEOUT = 30.0
#: A write that is not answered in this time is a fault of the server.
PATIENCE = 90.0
OK = range(200, 300)
BUSY = 503


class UnexpectedAnswer(Exception):  # noqa: N818  a name for what happened
    """Neither done nor "come back": what no client should ever see."""


@dataclass
class Tally:
    """What was answered, over all clients; `waited` is the longest that a write took to be done."""

    answers: Counter[str] = field(default_factory=Counter)
    waited: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, answer: str) -> None:
        with self.lock:
            self.answers[answer] += 1

    def took(self, seconds: float) -> None:
        with self.lock:
            self.waited = max(self.waited, seconds)


@dataclass
class Client:
    host: str
    port: int
    key: str
    tally: Tally
    _connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Any:
        return self._until_done("GET", path, None, {})

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._write("POST", path, body)

    def patch(self, path: str, body: Mapping[str, Any], *, version: int) -> Any:
        return self._until_done("PATCH", path, body, {"If-Match": f'"{version}"'})

    def delete(self, path: str) -> Any:
        return self._write("DELETE", path, None)

    def _write(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        began = time.monotonic()
        answer = self._until_done(method, path, body, {"Idempotency-Key": str(uuid.uuid4())})
        self.tally.took(time.monotonic() - began)
        return answer

    def _until_done(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> Any:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer = self._once(method, path, body, headers)
            if answer is None:
                self.tally.count("none")
                time.sleep(0.1)
                continue
            status, wait, text = answer
            self.tally.count(str(status))
            if status in OK:
                return json.loads(text) if text else None
            if status != BUSY or wait is None:
                raise UnexpectedAnswer(f"{method} {path}: {status}, Retry-After {wait}: {text[:500]!r}")
            time.sleep(min(float(wait), 1.0))
        raise UnexpectedAnswer(f"{method} {path}: not done within {PATIENCE:.0f} s")

    def _once(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> tuple[int, str | None, bytes] | None:
        """Status, Retry-After and body; None where the connection broke before an answer."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT)
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **headers}
        try:
            self._connection.request(
                method, f"/api/v1/{path}", None if body is None else json.dumps(body), sent
            )
            response = self._connection.getresponse()
            return response.status, response.headers.get("Retry-After"), response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            return None
