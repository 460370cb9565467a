from django.urls import register_converter

from salestargets.kernel.errors import DomainError
from salestargets.kernel.parsing import strict_id


class IdConverter:
    """`<id:unit_id>`: what cannot be an id is no route, and answered like an id that does not exist."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        try:
            return strict_id(value)
        except DomainError as error:
            raise ValueError(value) from error

    def to_url(self, value: int) -> str:
        return str(value)


def register() -> None:
    register_converter(IdConverter, "id")
