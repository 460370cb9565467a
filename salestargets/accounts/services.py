from salestargets.accounts.models import User


def choose_language(user: User, *, language: str) -> None:
    """What is sent to them is written in it."""
    User.objects.filter(pk=user.pk).exclude(language=language).update(language=language)
