"""Objectives, as they are made and changed on a page."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salestargets.tenancy.access import Actor
from salestargets.web.choosing import IdField, offer, person_choices
from salestargets.web.fields import TextField
from targets.models import Objective
from targets.services.objectives import ObjectiveChanges


class ObjectiveForm(forms.Form):
    name = TextField(
        label=_("What is wanted"),
        max_length=300,
        help_text=_("In one sentence, whatever the numbers: “Win back the dealers we lost in spring”."),
    )
    about = TextField(label=_("About it"), max_length=5000, multiline=True, required=False)
    owner = IdField(label=_("Owner"), choices=[], required=False, help_text=_("Who answers for it."))

    def __init__(self, actor: Actor, on: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", person_choices(actor, on, empty=gettext("Nobody named")))

    def changes(self, data: dict[str, Any]) -> ObjectiveChanges:
        return ObjectiveChanges(name=data["name"], about=data["about"], owner_id=data["owner"])


class ObjectiveEditForm(ObjectiveForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, objective: Objective, actor: Actor, on: date, *args: Any, **kwargs: Any) -> None:
        initial = {
            "name": objective.name,
            "about": objective.about,
            "owner": objective.owner_id or "",
            "version": objective.version,
        }
        super().__init__(actor, on, *args, initial=initial, **kwargs)
