from django.urls import register_converter

from kpis.values import Holder
from salestargets.kernel.errors import DomainError
from salestargets.kernel.parsing import strict_id


class HolderConverter:
    """`<holder:holder>`: unit/7 or person/12."""

    regex = "(?:unit|person)/[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> Holder:
        kind, _slash, holder_id = value.partition("/")
        try:
            return Holder("unit" if kind == "unit" else "person", strict_id(holder_id))
        except DomainError as error:
            raise ValueError(value) from error

    def to_url(self, value: Holder) -> str:
        return f"{value.kind}/{value.id}"


def register() -> None:
    register_converter(HolderConverter, "holder")
