"""The rules of an organisation: installed with it, changed by its administrators."""

from datetime import datetime
from decimal import Decimal

from salestargets.alerts.models import Rule
from salestargets.alerts.registry import KINDS
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.tenancy.access import Actor
from salestargets.tenancy.choices import Scope
from salestargets.tenancy.models import Organisation
from salestargets.tenancy.services.versions import lock, save_changes

LARGEST_LEVEL = Decimal("9.999")


def install_rules(organisation: Organisation, at: datetime) -> None:
    """Add the rules that are not there yet; what an organisation changed stays changed."""
    Rule.objects.bulk_create(
        [
            Rule(
                organisation=organisation,
                key=kind.key,
                raise_below=kind.raise_below,
                critical_below=kind.critical_below,
                clear_at=kind.clear_at,
            )
            for kind in KINDS.values()
        ],
        ignore_conflicts=True,
    )


def change_rule(
    actor: Actor,
    *,
    rule: Rule,
    expected_version: int | None,
    is_enabled: bool | None = None,
    raise_below: Decimal | None = None,
    critical_below: Decimal | None = None,
    clear_at: Decimal | None = None,
) -> Rule:
    """New levels; what is left out stays. They count from the next evaluation on."""
    actor.require(Scope.ADMIN)
    rule = lock(rule, expected_version=expected_version)
    changes = {
        "is_enabled": is_enabled,
        "raise_below": raise_below,
        "critical_below": critical_below,
        "clear_at": clear_at,
    }
    sent = {name: value for name, value in changes.items() if value is not None}
    levels = [sent.get(name, getattr(rule, name)) for name in ("critical_below", "raise_below", "clear_at")]
    _check(*levels)
    save_changes(rule, sent)
    return rule


def _check(critical_below: Decimal, raise_below: Decimal, clear_at: Decimal) -> None:
    if not 0 <= critical_below <= raise_below <= clear_at <= LARGEST_LEVEL:
        raise DomainError(
            N_("The levels must ascend from 0: critical below, raise below, clear at."),
            code="levels",
            field="raise_below",
        )
