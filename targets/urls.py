from django.urls import path

from targets import converters
from targets.views import history, plans, records, team, today

converters.register()

urlpatterns = [
    path("today/", today.today, name="today"),
    path("team/", team.team, name="team"),
    path("team/<holder:holder>/", today.holder, name="holder"),
    path("team/<holder:holder>/records/", records.records, name="records"),
    path("targets/<id:target_id>/history/", history.history, name="history"),
    path("alerts/<id:alert_id>/acknowledge/", today.acknowledge_alert, name="acknowledge_alert"),
    path("plans/", plans.plans, name="plans"),
]
