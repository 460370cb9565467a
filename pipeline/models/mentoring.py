from kpis.marking import marks
from pipeline.models.marks import GROUP, MENTORING_CHANGES
from salestargets.tenancy.models import Mentorship


class MentorMoves(Mentorship):
    """Watches `Mentorship`: whoever begins or ends to mentor is computed anew, in all months."""

    class Meta:
        proxy = True
        triggers = [
            MENTORING_CHANGES,
            *marks(GROUP, "SELECT organisation_id, mentor_id, NULL::date FROM {rows}"),
        ]
