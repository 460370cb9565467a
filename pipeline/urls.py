"""Pages of records, below /o/<slug>/."""

from django.urls import path

from pipeline.views import columns, deals, funnel, imports, matches, rates, records

urlpatterns = [
    path("funnel/", funnel.funnel_page, name="funnel"),
    path("deals/", deals.deals, name="deals"),
    path("deals/<id:deal_id>/", deals.deal, name="deal"),
    path("records/", records.first, name="all_records"),
    path("records/<slug:kind>/", records.records, name="records"),
    path("records/<slug:kind>/<id:record_id>/", records.record, name="record"),
    path("settings/rates/", rates.rates, name="rates"),
    path("settings/rates/new/", rates.rate_new, name="rate_new"),
    path("settings/rates/<id:rate_id>/remove/", rates.rate_remove, name="rate_remove"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/matches/", matches.matches, name="matches"),
    path("imports/matches/settle/", matches.match, name="match"),
    path("imports/<id:run_id>/", imports.import_run, name="import_run"),
    path("imports/<id:run_id>/columns/", columns.import_columns, name="import_columns"),
    path("imports/<id:run_id>/preview/", columns.import_preview, name="import_preview"),
    path("imports/<id:run_id>/rejected/", imports.import_rejected, name="import_rejected"),
    path("imports/<id:run_id>/apply/", imports.import_apply, name="import_apply"),
    path("imports/<id:run_id>/undo/", imports.import_undo, name="import_undo"),
    path("imports/<id:run_id>/discard/", imports.import_discard, name="import_discard"),
]
