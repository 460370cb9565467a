from django.views import View
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from salestargets.api.authentication import actor_of
from salestargets.api.operations import operation_of


class InOrganisation(BasePermission):
    """A known caller (else 401) whose role or key has the scope that the operation declares (else 403)."""

    def has_permission(self, request: Request, view: View) -> bool:
        actor = actor_of(request)
        declared = operation_of(view, request.method or "")
        if declared is not None:  # where there is no handler, the answer is 405
            actor.require(declared.scope)
        return True
