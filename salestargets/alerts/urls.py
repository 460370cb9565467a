"""Pages of alerts, below /o/<slug>/."""

from django.urls import path

from salestargets.alerts import views

urlpatterns = [
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/<id:alert_id>/acknowledge/", views.acknowledge_alert, name="acknowledge_alert"),
    path("settings/rules/", views.rules, name="rules"),
    path("settings/rules/<id:rule_id>/", views.rule_edit, name="rule_edit"),
]
