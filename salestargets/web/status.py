"""How a target stands, as people see it: a word, an icon and a tone. Colour never says it alone."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from salestargets.web.registry import Text


@dataclass(frozen=True, slots=True)
class Status:
    label: Text
    icon: str
    tone: str


STATUSES = {
    "reached": Status(_("Reached"), "circle-check-big", "good"),
    "ahead": Status(_("Ahead"), "trending-up", "good"),
    "on_track": Status(_("On track"), "circle-check", "good"),
    "behind": Status(_("Behind"), "trending-down", "warn"),
    "at_risk": Status(_("At risk"), "triangle-alert", "bad"),
    "no_target": Status(_("No target"), "circle-dashed", "quiet"),
    "early": Status(_("Too early to say"), "hourglass", "quiet"),
}
