"""A deal's amount credited to those who share it: to the cent, and never more than the deal."""

from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import TypeVar

from salestargets.kernel.apportion import apportion
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.rational import Fraction, rounded

Person = TypeVar("Person", bound=Hashable)


def check_shares(percents: Mapping[Person, Decimal]) -> None:
    """Shares in percent: each above 0, together 100.

    DomainError codes: `share_not_positive`, `shares_not_100`.
    """
    if any(percent <= 0 for percent in percents.values()):
        raise DomainError(
            N_("A share must be above zero. Leave out whoever gets none."), code="share_not_positive"
        )
    total = sum(map(Fraction, percents.values()))
    if total != 100:
        raise DomainError(
            N_("The shares sum to {total} percent. Make them 100."),
            code="shares_not_100",
            params={"total": rounded(total, 2)},
        )


def credit(amount: int, percents: Mapping[Person, Decimal]) -> dict[Person, int]:
    """Everyone's part of `amount`, in minor units, by largest remainder; the parts sum to the amount.

    Equal fractions favour whoever comes first, so give them in an order that does not change. A credit note
    is shared as its mirror image. Errors are those of `check_shares`.
    """
    check_shares(percents)
    return dict(zip(percents, apportion(amount, list(percents.values())), strict=True))
