from django.urls import path

from pipeline.api.bulk import bulk_view
from pipeline.api.funnel import Funnel
from pipeline.api.imports import (
    ImportPreview,
    Imports,
    LeftByUndo,
    Mappings,
    OneImport,
    RejectedRows,
    StartImport,
    UndoImport,
)
from pipeline.api.matching import AcceptMatch, DismissMatch, SuggestedMatches, Unresolved
from pipeline.api.records import list_view, one_view
from pipeline.listing import CATALOGUES, CREDITED
from salestargets.ingest.kinds import KINDS

urlpatterns = [
    *(path(f"{name}/bulk/", bulk_view(name).as_view()) for name in KINDS),
    *(path(f"{name}/", list_view(name).as_view()) for name in (*CREDITED, *CATALOGUES)),
    *(path(f"{name}/<id:record_id>/", one_view(name).as_view()) for name in (*CREDITED, *CATALOGUES)),
    path("funnel/", Funnel.as_view()),
    path("records/unresolved/", Unresolved.as_view()),
    path("records/matches/", SuggestedMatches.as_view()),
    path("records/matches/accept/", AcceptMatch.as_view()),
    path("records/matches/dismiss/", DismissMatch.as_view()),
    path("imports/", Imports.as_view()),
    path("imports/<id:import_id>/", OneImport.as_view()),
    path("imports/<id:import_id>/start/", StartImport.as_view()),
    path("imports/<id:import_id>/preview/", ImportPreview.as_view()),
    path("imports/<id:import_id>/rejected/", RejectedRows.as_view()),
    path("imports/<id:import_id>/undo/", UndoImport.as_view()),
    path("imports/<id:import_id>/left/", LeftByUndo.as_view()),
    path("import-mappings/", Mappings.as_view()),
]
