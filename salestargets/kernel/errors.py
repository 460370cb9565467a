"""The one kind of error that users see."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from salestargets.kernel.messages import Message


class DomainError(Exception):
    """A rule was broken; the message says which one and what to do about it.

    `message` is a template, marked with `N_` or lazily translated, and kept as given; `params` fill its
    `{names}` when it is shown. `code` is for programs. `field` names the one input at fault, `errors` lists
    texts ready to show by field name where there are several.
    """

    def __init__(
        self,
        message: object,
        *,
        code: str,
        field: str | None = None,
        errors: Mapping[str, list[str]] | None = None,
        params: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.errors = dict(errors or {})
        self.params = dict(params or {})

    def render(self, translate: Callable[[str], str] = str) -> str:
        """The message in the language of `translate` (such as Django's `gettext`), with its params."""
        return Message(str(self.message), self.params).render(translate)

    def __str__(self) -> str:
        return self.render()

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only arguments would be lost on the way back from a child process.
        rebuild = partial(
            type(self), code=self.code, field=self.field, errors=self.errors, params=self.params
        )
        return rebuild, (self.message,)


class NotFound(DomainError):  # noqa: N818  a name for what happened
    """There is no such object, or it is not the caller's to know of."""


class Forbidden(DomainError):  # noqa: N818  a name for what happened
    """The object is the caller's to see, but not to change in this way."""


class Conflict(DomainError):  # noqa: N818  a name for what happened
    """What is there does not go with what was asked for."""


class Stale(Conflict):
    """The object is no longer the version that the caller said they read."""
