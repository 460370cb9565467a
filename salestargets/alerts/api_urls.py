from django.urls import path

from salestargets.alerts.api import AlertAcknowledgement, Alerts, OneAlert, OneRule, Rules

urlpatterns = [
    path("alerts/", Alerts.as_view()),
    path("alerts/<id:alert_id>/", OneAlert.as_view()),
    path("alerts/<id:alert_id>/acknowledge/", AlertAcknowledgement.as_view()),
    path("alert-rules/", Rules.as_view()),
    path("alert-rules/<id:rule_id>/", OneRule.as_view()),
]
