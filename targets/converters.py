from django.urls import register_converter

from kpis.values import Holder, read_holder
from salestargets.kernel.errors import DomainError


class HolderConverter:
    """`<holder:holder>`: unit/7, person/12, or person/12@7: their time in the unit."""

    regex = "(?:unit/[1-9][0-9]{0,18}|person/[1-9][0-9]{0,18}(?:@[1-9][0-9]{0,18})?)"

    def to_python(self, value: str) -> Holder:
        try:
            return read_holder(value.replace("/", ":"))
        except DomainError as error:
            raise ValueError(value) from error

    def to_url(self, value: Holder) -> str:
        return str(value).replace(":", "/")


def register() -> None:
    register_converter(HolderConverter, "holder")
