from django.urls import path

from salestargets.alerts.api.alerts import AlertAcknowledgement, Alerts, OneAlert, OneRule, Rules
from salestargets.alerts.api.notices import NoticeReading, Notices, NoticesReading, OneNotice, Preference

urlpatterns = [
    path("alerts/", Alerts.as_view()),
    path("alerts/<id:alert_id>/", OneAlert.as_view()),
    path("alerts/<id:alert_id>/acknowledge/", AlertAcknowledgement.as_view()),
    path("alert-rules/", Rules.as_view()),
    path("alert-rules/<id:rule_id>/", OneRule.as_view()),
    path("notices/", Notices.as_view()),
    path("notices/read/", NoticesReading.as_view()),
    path("notices/<id:notice_id>/", OneNotice.as_view()),
    path("notices/<id:notice_id>/read/", NoticeReading.as_view()),
    path("notice-preference/", Preference.as_view()),
]
