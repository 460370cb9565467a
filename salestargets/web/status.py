"""How a target stands, as people see it: a word, an icon and a tone. Colour never says it alone."""

from dataclasses import dataclass

from django.utils.translation import pgettext_lazy

from salestargets.web.registry import Text


@dataclass(frozen=True, slots=True)
class Status:
    label: Text
    icon: str
    tone: str


STATUSES = {
    "reached": Status(pgettext_lazy("status", "Reached"), "circle-check-big", "good"),
    "ahead": Status(pgettext_lazy("status", "Ahead"), "trending-up", "good"),
    "on_track": Status(pgettext_lazy("status", "On track"), "circle-check", "good"),
    "behind": Status(pgettext_lazy("status", "Behind"), "trending-down", "warn"),
    "at_risk": Status(pgettext_lazy("status", "At risk"), "triangle-alert", "bad"),
    "no_target": Status(pgettext_lazy("status", "No target"), "circle-dashed", "quiet"),
    "early": Status(pgettext_lazy("status", "Too early to say"), "hourglass", "quiet"),
}
