from django.urls import path

from targets import converters
from targets.views import (
    agreement,
    dividing,
    goals,
    grid,
    history,
    numbers,
    objectives,
    plans,
    potentials,
    records,
    team,
    today,
    workspace,
)

converters.register()

_OBJECTIVES = "plans/objectives"
_GOAL = "plans/<id:plan_id>/goals/<id:goal_id>"

urlpatterns = [
    path("today/", today.today, name="today"),
    path("team/", team.team, name="team"),
    path("team/<holder:holder>/", today.holder, name="holder"),
    path("team/<holder:holder>/records/", records.records, name="records"),
    path("targets/<id:target_id>/history/", history.history, name="history"),
    path("plans/potentials/", potentials.potentials, name="potentials"),
    path("plans/potentials/new/", potentials.potential_new, name="potential_new"),
    path("plans/potentials/<id:potential_id>/edit/", potentials.potential_edit, name="potential_edit"),
    path("plans/potentials/<id:potential_id>/remove/", potentials.potential_remove, name="potential_remove"),
    path(f"{_OBJECTIVES}/", objectives.objectives, name="objectives"),
    path(f"{_OBJECTIVES}/new/", objectives.objective_new, name="objective_new"),
    path(f"{_OBJECTIVES}/<id:objective_id>/edit/", objectives.objective_edit, name="objective_edit"),
    path(f"{_OBJECTIVES}/<id:objective_id>/archive/", objectives.objective_archive, name="objective_archive"),
    path("plans/", plans.plans, name="plans"),
    path("plans/new/", plans.plan_new, name="plan_new"),
    path("plans/<id:plan_id>/", workspace.plan, name="plan"),
    path("plans/<id:plan_id>/agreement/", agreement.agreement, name="agreement"),
    path("plans/<id:plan_id>/remind/", agreement.plan_remind, name="plan_remind"),
    path("proposals/<id:proposal_id>/", agreement.proposal, name="proposal"),
    path("proposals/<id:proposal_id>/accept/", agreement.proposal_accept, name="proposal_accept"),
    path("plans/<id:plan_id>/edit/", plans.plan_edit, name="plan_edit"),
    path("plans/<id:plan_id>/publish/", plans.plan_publish, name="plan_publish"),
    path("plans/<id:plan_id>/close/", plans.plan_close, name="plan_close"),
    path(f"{_GOAL}/grid/", grid.grid, name="grid"),
    path(f"{_GOAL}/grid/hold/", grid.grid_hold, name="grid_hold"),
    path(f"{_GOAL}/grid/undo/", grid.grid_undo, name="grid_undo"),
    path("plans/<id:plan_id>/goal/", goals.goal, name="goal"),
    path("plans/<id:plan_id>/goals/new/", goals.goal_new, name="goal_new"),
    path(f"{_GOAL}/edit/", goals.goal_edit, name="goal_edit"),
    path(f"{_GOAL}/follow/", goals.goal_follow, name="goal_follow"),
    path(f"{_GOAL}/drift/", goals.goal_drift, name="goal_drift"),
    path(f"{_GOAL}/milestones/new/", goals.milestone_new, name="milestone_new"),
    path(f"{_GOAL}/milestones/<id:milestone_id>/edit/", goals.milestone_edit, name="milestone_edit"),
    path(f"{_GOAL}/milestones/<id:milestone_id>/done/", goals.milestone_done, name="milestone_done"),
    path(f"{_GOAL}/milestones/<id:milestone_id>/remove/", goals.milestone_remove, name="milestone_remove"),
    path(f"{_GOAL}/proposals/accept/", agreement.proposals_accept, name="proposals_accept"),
    path(f"{_GOAL}/<holder:holder>/propose/", agreement.propose, name="propose"),
    path(f"{_GOAL}/<holder:holder>/number/", numbers.number, name="number"),
    path(f"{_GOAL}/<holder:holder>/split/", dividing.split, name="split"),
    path(f"{_GOAL}/<holder:holder>/spread/", dividing.spread, name="spread"),
    path(f"{_GOAL}/<holder:holder>/hold/", numbers.hold, name="hold"),
]
