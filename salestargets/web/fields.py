"""Form fields that read as strictly as the API: what cannot be meant is refused, by the field itself."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from salestargets.kernel.errors import DomainError
from salestargets.kernel.parsing import clean_text, strict_date, strict_decimal, strict_email, strict_int
from salestargets.web.registry import Text

T = TypeVar("T")
F = TypeVar("F", bound=forms.Field)

# Written by a spreadsheet or a careful hand: 1,200,000.00
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")


def needed(field: F, when: Text = "") -> F:
    """A field that is not always required, but not free to leave out either.

    It says `when` it is needed, in the place of “optional”; nothing, where what stands around it says so.
    """
    field.mark = when  # type: ignore[attr-defined]
    return field


class StrictField(forms.Field):
    """A field whose text is read by the kernel; empty is None."""

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        text = value.strip() if isinstance(value, str) else value
        return None if text in self.empty_values else told(lambda: self.read(str(text)))


class DayField(StrictField):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def read(self, text: str) -> date:
        return strict_date(text)


class DaysField(StrictField):
    """Days, one a line."""

    widget = forms.Textarea(attrs={"rows": 13, "spellcheck": "false", "class": "num"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return super().to_python(value) or []

    def read(self, text: str) -> list[date]:
        return [strict_date(line.strip()) for line in text.splitlines() if line.strip()]


class NumberField(StrictField):
    """A decimal number, its thousands grouped or not."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"})

    def __init__(self, *, max_digits: int = 20, decimal_places: int = 4, **kwargs: Any) -> None:
        self.max_digits, self.decimal_places = max_digits, decimal_places
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,f}" if isinstance(value, Decimal) else value

    def read(self, text: str) -> Decimal:
        plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
        return strict_decimal(plain, max_digits=self.max_digits, decimal_places=self.decimal_places)


class IntegerField(StrictField):
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "num"})

    def __init__(self, *, minimum: int, maximum: int, **kwargs: Any) -> None:
        self.minimum, self.maximum = minimum, maximum
        super().__init__(**kwargs)

    def read(self, text: str) -> int:
        return strict_int(text, minimum=self.minimum, maximum=self.maximum)


class PercentField(NumberField):
    """A ratio, written and read as a percentage: 0.97 is 97."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=5, decimal_places=1, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{(value * 100).normalize():f}" if isinstance(value, Decimal) else value

    def read(self, text: str) -> Decimal:
        number: Decimal = super().read(text.removesuffix("%").strip())
        return number / 100


class TextField(forms.CharField):
    """Clean text: without control characters, and with nothing that changes how it reads."""

    def __init__(self, *, max_length: int, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        if multiline:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        length = self.max_length or 0
        return told(lambda: clean_text(value or "", max_length=length, multiline=self.multiline))


class EmailField(TextField):
    """An address in lower case, or nothing."""

    widget = forms.EmailInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return told(lambda: strict_email(text)) if text else ""


def told(read: Callable[[], T]) -> T:
    """What was read, or the kernel's refusal as the field's error."""
    try:
        return read()
    except DomainError as error:
        raise ValidationError(error.render(gettext), code=error.code) from error
