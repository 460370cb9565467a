"""Pages of KPIs, below /o/<slug>/."""

from django.urls import path

from kpis.views import behind, building, catalogue, closings, entries, templates

urlpatterns = [
    path("settings/closings/", closings.closings, name="closings"),
    path("settings/closings/new/", closings.closing_new, name="closing_new"),
    path("settings/closings/<id:closing_id>/reopen/", closings.closing_reopen, name="closing_reopen"),
    path("kpis/", catalogue.kpis, name="kpis"),
    path("kpis/new/", building.kpi_new, name="kpi_new"),
    path("kpis/new/by-hand/", entries.manual_kpi_new, name="manual_kpi_new"),
    path("kpis/templates/", templates.templates, name="kpi_templates"),
    path("kpis/templates/new/", templates.template_new, name="kpi_template_new"),
    path("kpis/templates/<id:template_id>/", templates.template, name="kpi_template"),
    path("kpis/templates/<id:template_id>/edit/", templates.template_edit, name="kpi_template_edit"),
    path("kpis/templates/<id:template_id>/retire/", templates.template_retire, name="kpi_template_retire"),
    path("people/<id:person_id>/template/", templates.person_template, name="person_template"),
    path(
        "people/<id:person_id>/template/choose/",
        templates.person_template_choose,
        name="person_template_choose",
    ),
    path("kpis/<slug:key>/", catalogue.kpi, name="kpi"),
    path("kpis/<slug:key>/records/", behind.kpi_records, name="kpi_records"),
    path("kpi-entries/<id:entry_id>/", behind.entry, name="entry"),
    path("kpi-entries/new/<id:kpi_id>/", entries.entry_new, name="entry_new"),
    path("kpi-entries/<id:entry_id>/confirm/", entries.entry_confirm, name="entry_confirm"),
    path("kpi-entries/<id:entry_id>/reject/", entries.entry_reject, name="entry_reject"),
    path("kpi-entries/<id:entry_id>/withdraw/", entries.entry_withdraw, name="entry_withdraw"),
    path("kpis/<slug:key>/change/", building.kpi_change, name="kpi_change"),
    path("kpis/<slug:key>/definition/", building.kpi_definition, name="kpi_definition"),
]
