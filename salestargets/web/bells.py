"""The bells in the top bar, of the page as it is made and again while it stays open."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from salestargets.web.registry import Text, bells

#: Above this a bell does not count any further.
MOST = 99


@dataclass(frozen=True, slots=True)
class BellLink:
    label: Text
    icon: str
    name: str
    url: str
    count: int

    @property
    def said(self) -> str:
        return f"{MOST}+" if self.count > MOST else str(self.count)


@dataclass(frozen=True, slots=True)
class Bells:
    links: list[BellLink]

    @property
    def mark(self) -> str:
        """Tells whether they still say the same."""
        return "-".join(link.said for link in self.links)


def bells_of(request: HttpRequest) -> Bells:
    """What waits for this member; nothing where no view knows which day it is, as on error pages."""
    actor, today = getattr(request, "actor", None), getattr(request, "today", None)
    if actor is None or today is None:
        return Bells([])
    kwargs = {"slug": actor.organisation.slug}
    return Bells(
        [
            BellLink(
                bell.label,
                bell.icon,
                bell.url_name,
                reverse(bell.url_name, kwargs=kwargs),
                bell.count(actor, today),
            )
            for bell in bells
        ]
    )
