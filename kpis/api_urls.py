from django.urls import path

from kpis.api import ActualNumbers, ActualRecords, Kpis

urlpatterns = [
    path("kpis/", Kpis.as_view()),
    path("actuals/", ActualNumbers.as_view()),
    path("actuals/records/", ActualRecords.as_view()),
]
