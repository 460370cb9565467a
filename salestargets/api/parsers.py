"""JSON in: strict, bounded, UTF-8."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from salestargets.api.problems import BadRequest, TooLarge
from salestargets.kernel.errors import DomainError
from salestargets.kernel.parsing import parse_json

MAX_BYTES = 10 * 1024 * 1024


class StrictJsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return parse_json(stream.read(MAX_BYTES + 1), max_bytes=MAX_BYTES)
        except DomainError as error:
            kind = TooLarge if error.code == "too_large" else BadRequest
            raise kind(error.message, code=error.code, params=error.params) from None


class JsonAlways(DefaultContentNegotiation):
    """There is one form of answer; what `Accept` asks for is no reason to refuse."""

    def select_renderer(
        self,
        request: Request,
        renderers: Any,
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type
