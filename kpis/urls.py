"""Pages of KPIs, below /o/<slug>/."""

from django.urls import path

from kpis import views

urlpatterns = [
    path("kpis/", views.kpis, name="kpis"),
    path("kpis/<slug:key>/", views.kpi, name="kpi"),
]
