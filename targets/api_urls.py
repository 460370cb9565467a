from django.urls import path

from targets.api.acknowledgements import AcknowledgementReminder, Acknowledgements, TargetAcknowledgement
from targets.api.adjustments import (
    AdjustmentApproval,
    AdjustmentRejection,
    Adjustments,
    AdjustmentWithdrawal,
    Handovers,
    OneAdjustment,
)
from targets.api.course import PlanMoves
from targets.api.fairness import PlanFairness
from targets.api.goals import GoalDrift, GoalFollowing, Milestones, OneMilestone
from targets.api.numbers import PlanNumbers, PlanUndo
from targets.api.objectives import Objectives, OneObjective
from targets.api.phasing import TargetPhasing
from targets.api.plans import (
    Goals,
    OneGoal,
    OnePlan,
    PlanApproval,
    PlanClosing,
    PlanOpening,
    PlanPublication,
    Plans,
    PlanSubmission,
    PlanTakingBack,
)
from targets.api.potentials import OnePotential, PotentialImport, Potentials
from targets.api.products import GoalProducts, GoalProductSplit
from targets.api.progress import ProgressList, ProgressRecords
from targets.api.proposals import (
    PlanReconciliation,
    PlanReminder,
    ProposalAcceptance,
    ProposalCounter,
    ProposalEscalation,
    Proposals,
    ProposalsAcceptance,
    ProposalWithdrawal,
)
from targets.api.rules import OneTrigger, Rules, Triggers
from targets.api.scorecards import PeopleScorecards, Scorecards
from targets.api.sheet_files import SheetImport, TargetExport
from targets.api.splits import PlanPhasing, PlanSplit
from targets.api.targets import (
    OneTarget,
    TargetHistory,
    TargetHold,
    TargetOverride,
    TargetRelease,
    Targets,
)
from targets.api.worksheet import GoalWorksheet

urlpatterns = [
    path("objectives/", Objectives.as_view()),
    path("objectives/<id:objective_id>/", OneObjective.as_view()),
    path("plans/", Plans.as_view()),
    path("plans/<id:plan_id>/", OnePlan.as_view()),
    path("plans/<id:plan_id>/goals/", Goals.as_view()),
    path("plans/<id:plan_id>/goals/<id:goal_id>/", OneGoal.as_view()),
    path("plans/<id:plan_id>/goals/<id:goal_id>/worksheet/", GoalWorksheet.as_view()),
    path("plans/<id:plan_id>/goals/<id:goal_id>/follow/", GoalFollowing.as_view()),
    path("plans/<id:plan_id>/goals/<id:goal_id>/drift/", GoalDrift.as_view()),
    path("plans/<id:plan_id>/goals/<id:goal_id>/milestones/", Milestones.as_view()),
    path("plans/<id:plan_id>/goals/<id:goal_id>/milestones/<id:milestone_id>/", OneMilestone.as_view()),
    path("plans/<id:plan_id>/numbers/", PlanNumbers.as_view()),
    path("plans/<id:plan_id>/undo/", PlanUndo.as_view()),
    path("plans/<id:plan_id>/goals/<id:goal_id>/products/", GoalProducts.as_view()),
    path("plans/<id:plan_id>/goals/<id:goal_id>/products/split/", GoalProductSplit.as_view()),
    path("plans/<id:plan_id>/targets/", Targets.as_view()),
    path("plans/<id:plan_id>/targets/export/", TargetExport.as_view()),
    path("plans/<id:plan_id>/import-sheet/", SheetImport.as_view()),
    path("plans/<id:plan_id>/split/", PlanSplit.as_view()),
    path("plans/<id:plan_id>/phase/", PlanPhasing.as_view()),
    path("plans/<id:plan_id>/open/", PlanOpening.as_view()),
    path("plans/<id:plan_id>/submit/", PlanSubmission.as_view()),
    path("plans/<id:plan_id>/take-back/", PlanTakingBack.as_view()),
    path("plans/<id:plan_id>/approve/", PlanApproval.as_view()),
    path("plans/<id:plan_id>/publish/", PlanPublication.as_view()),
    path("plans/<id:plan_id>/close/", PlanClosing.as_view()),
    path("plans/<id:plan_id>/moves/", PlanMoves.as_view()),
    path("plans/<id:plan_id>/proposals/", Proposals.as_view()),
    path("plans/<id:plan_id>/proposals/accept/", ProposalsAcceptance.as_view()),
    path("plans/<id:plan_id>/reconciliation/", PlanReconciliation.as_view()),
    path("plans/<id:plan_id>/remind/", PlanReminder.as_view()),
    path("proposals/<id:proposal_id>/accept/", ProposalAcceptance.as_view()),
    path("proposals/<id:proposal_id>/counter/", ProposalCounter.as_view()),
    path("proposals/<id:proposal_id>/escalate/", ProposalEscalation.as_view()),
    path("proposals/<id:proposal_id>/withdraw/", ProposalWithdrawal.as_view()),
    path("plans/<id:plan_id>/fairness/", PlanFairness.as_view()),
    path("plans/<id:plan_id>/acknowledgements/", Acknowledgements.as_view()),
    path("plans/<id:plan_id>/acknowledgements/remind/", AcknowledgementReminder.as_view()),
    path("plans/<id:plan_id>/adjustments/", Adjustments.as_view()),
    path("plans/<id:plan_id>/handovers/", Handovers.as_view()),
    path("plans/<id:plan_id>/adjustments/<id:adjustment_id>/", OneAdjustment.as_view()),
    path("plans/<id:plan_id>/adjustments/<id:adjustment_id>/approve/", AdjustmentApproval.as_view()),
    path("plans/<id:plan_id>/adjustments/<id:adjustment_id>/reject/", AdjustmentRejection.as_view()),
    path("plans/<id:plan_id>/adjustments/<id:adjustment_id>/withdraw/", AdjustmentWithdrawal.as_view()),
    path("targets/<id:target_id>/", OneTarget.as_view()),
    path("targets/<id:target_id>/hold/", TargetHold.as_view()),
    path("targets/<id:target_id>/release/", TargetRelease.as_view()),
    path("targets/<id:target_id>/withdraw-override/", TargetOverride.as_view()),
    path("targets/<id:target_id>/phasing/", TargetPhasing.as_view()),
    path("targets/<id:target_id>/acknowledge/", TargetAcknowledgement.as_view()),
    path("targets/<id:target_id>/history/", TargetHistory.as_view()),
    path("potentials/", Potentials.as_view()),
    path("potentials/import/", PotentialImport.as_view()),
    path("potentials/<id:potential_id>/", OnePotential.as_view()),
    path("planning-rules/", Rules.as_view()),
    path("triggers/", Triggers.as_view()),
    path("triggers/<id:trigger_id>/", OneTrigger.as_view()),
    path("scorecards/", Scorecards.as_view()),
    path("scorecards/people/", PeopleScorecards.as_view()),
    path("progress/", ProgressList.as_view()),
    path("progress/<id:target_id>/records/", ProgressRecords.as_view()),
]
