"""Pages of an organisation that the platform itself has, below /o/<slug>/."""

from django.urls import path

from salestargets.web.pages import (
    audit,
    bells,
    calendar,
    days,
    home,
    members,
    mentoring,
    people,
    settings,
    staffing,
    start,
    units,
)

urlpatterns = [
    path("", home.organisation, name="organisation"),
    path("start/", start.start, name="start"),
    path("bells/", bells.bells, name="bells"),
    path("people/", people.people, name="people"),
    path("people/new/", staffing.person_new, name="person_new"),
    path("people/<id:person_id>/", people.person, name="person"),
    path("people/<id:person_id>/edit/", staffing.person_edit, name="person_edit"),
    path("people/<id:person_id>/move/", staffing.person_move, name="person_move"),
    path("people/<id:person_id>/leads/", staffing.person_leads, name="person_leads"),
    path("people/<id:person_id>/sign-in/", staffing.person_sign_in, name="person_sign_in"),
    path("people/<id:person_id>/mentor/", mentoring.mentor_new, name="mentor_new"),
    path("people/<id:person_id>/mentee/", mentoring.mentee_new, name="mentee_new"),
    path(
        "people/<id:person_id>/mentorships/<id:mentorship_id>/edit/",
        mentoring.mentorship_edit,
        name="mentorship_edit",
    ),
    path(
        "people/<id:person_id>/mentorships/<id:mentorship_id>/end/",
        mentoring.mentorship_end,
        name="mentorship_end",
    ),
    path(
        "people/<id:person_id>/mentorships/<id:mentorship_id>/remove/",
        mentoring.mentorship_remove,
        name="mentorship_remove",
    ),
    path("people/assignments/<id:assignment_id>/end/", staffing.assignment_end, name="assignment_end"),
    path(
        "people/assignments/<id:assignment_id>/remove/", staffing.assignment_remove, name="assignment_remove"
    ),
    path("people/units/", units.units, name="units"),
    path("people/units/new/", units.unit_new, name="unit_new"),
    path("people/units/<id:unit_id>/edit/", units.unit_edit, name="unit_edit"),
    path("people/units/<id:unit_id>/move/", units.unit_move, name="unit_move"),
    path("settings/", settings.settings, name="settings"),
    path("settings/calendar/", calendar.calendar, name="calendar"),
    path("settings/calendar/years/new/", calendar.fiscal_year_new, name="fiscal_year_new"),
    path("settings/calendar/years/<id:year_id>/", calendar.fiscal_year_edit, name="fiscal_year_edit"),
    path(
        "settings/calendar/years/<id:year_id>/remove/", calendar.fiscal_year_remove, name="fiscal_year_remove"
    ),
    path("settings/days/", days.days, name="days"),
    path("settings/days/new/", days.day_new, name="day_new"),
    path("settings/days/<id:day_id>/remove/", days.day_remove, name="day_remove"),
    path("settings/members/", members.members, name="members"),
    path("settings/members/new/", members.member_new, name="member_new"),
    path("settings/members/<id:member_id>/role/", members.member_role, name="member_role"),
    path("settings/members/<id:member_id>/remove/", members.member_remove, name="member_remove"),
    path("audit/", audit.audit, name="audit"),
]
