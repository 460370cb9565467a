"""Pages of KPIs, below /o/<slug>/."""

from django.urls import path

from kpis import template_views, views

urlpatterns = [
    path("kpis/", views.kpis, name="kpis"),
    path("kpis/templates/", template_views.templates, name="kpi_templates"),
    path("kpis/templates/new/", template_views.template_new, name="kpi_template_new"),
    path("kpis/templates/<id:template_id>/", template_views.template, name="kpi_template"),
    path("kpis/templates/<id:template_id>/edit/", template_views.template_edit, name="kpi_template_edit"),
    path(
        "kpis/templates/<id:template_id>/retire/", template_views.template_retire, name="kpi_template_retire"
    ),
    path("people/<id:person_id>/template/", template_views.person_template, name="person_template"),
    path(
        "people/<id:person_id>/template/choose/",
        template_views.person_template_choose,
        name="person_template_choose",
    ),
    path("kpis/<slug:key>/", views.kpi, name="kpi"),
]
