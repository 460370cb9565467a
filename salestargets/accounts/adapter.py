from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from salestargets.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are invited into an organisation; nobody signs up by themselves."""
        return False


def display_name(user: User) -> str:
    return str(user)
