"""Everything below /api/ that is not a higher app's. Include it last: it answers what is no route."""

from django.urls import path, re_path

from salestargets.api.endpoints.assignments import (
    AssignmentEnd,
    AssignmentRemoval,
    Assignments,
    OneAssignment,
)
from salestargets.api.endpoints.audit import AuditLog
from salestargets.api.endpoints.fiscal import (
    FiscalCalendarOfOrganisation,
    FiscalYearPreview,
    FiscalYearRemoval,
    FiscalYears,
    OneFiscalYear,
)
from salestargets.api.endpoints.keys import KeyRevocation, Keys, OneKey
from salestargets.api.endpoints.me import Me
from salestargets.api.endpoints.members import Members, OneMember
from salestargets.api.endpoints.mentorships import Mentorships, OneMentorship
from salestargets.api.endpoints.organisation import OrganisationSettings
from salestargets.api.endpoints.people import (
    OnePerson,
    People,
    PersonLeaving,
    PersonMove,
    PersonRemoval,
)
from salestargets.api.endpoints.units import OneUnit, UnitMove, UnitRemoval, Units
from salestargets.api.problems import unknown_path
from salestargets.api.schema import docs, schema_json

urlpatterns = [
    path("schema/", schema_json, name="api-schema"),
    path("docs/", docs, name="api-docs"),
    path("v1/me/", Me.as_view()),
    path("v1/organisation/", OrganisationSettings.as_view()),
    path("v1/fiscal-calendar/", FiscalCalendarOfOrganisation.as_view()),
    path("v1/fiscal-years/", FiscalYears.as_view()),
    path("v1/fiscal-years/preview/", FiscalYearPreview.as_view()),
    path("v1/fiscal-years/<id:year_id>/", OneFiscalYear.as_view()),
    path("v1/fiscal-years/<id:year_id>/removal/", FiscalYearRemoval.as_view()),
    path("v1/units/", Units.as_view()),
    path("v1/units/<id:unit_id>/", OneUnit.as_view()),
    path("v1/units/<id:unit_id>/move/", UnitMove.as_view()),
    path("v1/units/<id:unit_id>/removal/", UnitRemoval.as_view()),
    path("v1/people/", People.as_view()),
    path("v1/people/<id:person_id>/", OnePerson.as_view()),
    path("v1/people/<id:person_id>/move/", PersonMove.as_view()),
    path("v1/people/<id:person_id>/leaving/", PersonLeaving.as_view()),
    path("v1/people/<id:person_id>/removal/", PersonRemoval.as_view()),
    path("v1/assignments/", Assignments.as_view()),
    path("v1/assignments/<id:assignment_id>/", OneAssignment.as_view()),
    path("v1/assignments/<id:assignment_id>/end/", AssignmentEnd.as_view()),
    path("v1/assignments/<id:assignment_id>/removal/", AssignmentRemoval.as_view()),
    path("v1/mentorships/", Mentorships.as_view()),
    path("v1/mentorships/<id:mentorship_id>/", OneMentorship.as_view()),
    path("v1/members/", Members.as_view()),
    path("v1/members/<id:member_id>/", OneMember.as_view()),
    path("v1/keys/", Keys.as_view()),
    path("v1/keys/<id:key_id>/", OneKey.as_view()),
    path("v1/keys/<id:key_id>/revoke/", KeyRevocation.as_view()),
    path("v1/audit/", AuditLog.as_view()),
    re_path(r"^", unknown_path),
]
