from django.urls import path

from kpis.api.actuals import ActualNumbers, ActualRecords
from kpis.api.closings import Closings, Reopening
from kpis.api.entries import EntryConfirmation, EntryRejection, EntryWithdrawal, KpiEntries
from kpis.api.kpis import Definitions, KpiPreview, Kpis, ManualKpis, Measures, OneKpi
from kpis.api.templates import (
    KpiTemplatePeople,
    KpiTemplates,
    KpiTemplateVersions,
    OneKpiTemplate,
    PersonKpiTemplate,
)

urlpatterns = [
    path("measures/", Measures.as_view()),
    path("closings/", Closings.as_view()),
    path("closings/<id:closing_id>/reopen/", Reopening.as_view()),
    path("kpis/", Kpis.as_view()),
    path("kpi-templates/", KpiTemplates.as_view()),
    path("kpi-templates/<id:template_id>/", OneKpiTemplate.as_view()),
    path("kpi-templates/<id:template_id>/versions/", KpiTemplateVersions.as_view()),
    path("kpi-templates/<id:template_id>/people/", KpiTemplatePeople.as_view()),
    path("people/<id:person_id>/kpi-template/", PersonKpiTemplate.as_view()),
    path("kpis/<id:kpi_id>/entries/", KpiEntries.as_view()),
    path("kpi-entries/<id:entry_id>/confirm/", EntryConfirmation.as_view()),
    path("kpi-entries/<id:entry_id>/reject/", EntryRejection.as_view()),
    path("kpi-entries/<id:entry_id>/withdraw/", EntryWithdrawal.as_view()),
    path("kpis/manual/", ManualKpis.as_view()),
    path("kpis/preview/", KpiPreview.as_view()),
    path("kpis/<id:kpi_id>/", OneKpi.as_view()),
    path("kpis/<id:kpi_id>/definitions/", Definitions.as_view()),
    path("actuals/", ActualNumbers.as_view()),
    path("actuals/records/", ActualRecords.as_view()),
]
