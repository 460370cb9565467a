"""Pages of alerts and notices, below /o/<slug>/."""

from django.urls import path

from salestargets.alerts.views import alerts, notices

urlpatterns = [
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<id:alert_id>/acknowledge/", alerts.acknowledge_alert, name="acknowledge_alert"),
    path("settings/rules/", alerts.rules, name="rules"),
    path("settings/rules/<id:rule_id>/", alerts.rule_edit, name="rule_edit"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read_notices, name="read_notices"),
    path("notices/by-mail/", notices.preference, name="notice_preference"),
    path("notices/<id:notice_id>/", notices.open_notice, name="notice"),
    path("notices/<id:notice_id>/read/", notices.read_notice, name="read_notice"),
]
