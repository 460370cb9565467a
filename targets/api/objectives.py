from typing import TypedDict, cast

from rest_framework.request import Request

from salestargets.api.inputs import BOOLEAN, ID, Field, text
from salestargets.api.operations import operation
from salestargets.api.pagination import CURSOR, LIMIT, PAGE, Page
from salestargets.api.views import TenantView
from salestargets.tenancy.choices import Scope
from targets.api.rows import part_of
from targets.models import Objective
from targets.selectors.objectives import all_objectives, get_objective, goals_serving
from targets.services.objectives import ObjectiveChanges, change_objective, create_objective

NAME = Field("name", text(300), "What is wanted, in one sentence.")
ABOUT = Field("about", text(5000, min_length=0, multiline=True)).otherwise("")
OWNER = Field("owner", ID, "The id of the person who answers for it.").nullable()
ARCHIVED = Field("archived", BOOLEAN, "Those that are archived instead.").otherwise(False)
IS_ARCHIVED = Field("is_archived", BOOLEAN, "Offered no more; goals that serve it keep it.").optional()


class ObjectiveRow(TypedDict):
    """`goals` serve it: those of plans in which you see someone."""

    id: int
    name: str
    about: str
    owner: int | None
    is_archived: bool
    goals: list[int]
    version: int


class Objectives(TenantView):
    @operation(Scope.READ, query=(ARCHIVED, *PAGE), answers=Page[ObjectiveRow])
    def get(self, request: Request) -> Page[ObjectiveRow]:
        """What the organisation wants, by name. An objective without goals is served by nothing yet."""
        found = list(all_objectives(archived=self.query[ARCHIVED]))
        goals = goals_serving(self.actor, found, on=self.today)
        rows = [_row(objective, goals[objective.pk]) for objective in found]
        return part_of(rows, request, limit=self.query[LIMIT], cursor=self.query[CURSOR])

    @operation(Scope.TARGETS_WRITE, body=(NAME, ABOUT, OWNER), answers=ObjectiveRow, status=201)
    def post(self, request: Request) -> ObjectiveRow:
        """Add an objective."""
        objective = create_objective(
            self.actor,
            name=self.body[NAME],
            about=self.body[ABOUT],
            owner_id=self.body[OWNER],
            at=self.at,
        )
        return _row(objective, [])


class OneObjective(TenantView):
    @operation(Scope.READ, answers=ObjectiveRow)
    def get(self, request: Request, objective_id: int) -> ObjectiveRow:
        """One objective."""
        return self._read(objective_id)

    @operation(
        Scope.TARGETS_WRITE,
        body=(NAME.optional(), ABOUT, OWNER, IS_ARCHIVED),
        answers=ObjectiveRow,
        versioned=True,
    )
    def patch(self, request: Request, objective_id: int) -> ObjectiveRow:
        """Other words, another owner, or into the archive and back: by its owner or an administrator."""
        sent = self.body.only(NAME, ABOUT, OWNER, IS_ARCHIVED)
        if "owner" in sent:
            sent["owner_id"] = sent.pop("owner")
        change_objective(
            self.actor,
            objective=get_objective(objective_id),
            changes=cast("ObjectiveChanges", sent),
            expected_version=self.version,
            at=self.at,
        )
        return self._read(objective_id)

    def _read(self, objective_id: int) -> ObjectiveRow:
        objective = get_objective(objective_id)
        return _row(objective, goals_serving(self.actor, [objective], on=self.today)[objective.pk])


def _row(objective: Objective, goals: list[int]) -> ObjectiveRow:
    return {
        "id": objective.pk,
        "name": objective.name,
        "about": objective.about,
        "owner": objective.owner_id,
        "is_archived": objective.is_archived,
        "goals": goals,
        "version": objective.version,
    }
