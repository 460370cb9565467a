"""How a split was made, as it is kept with every number it gave: what went in, and what came out."""

from collections.abc import Mapping, Sequence
from typing import Any

from salestargets.kernel.periods import Period
from salestargets.kernel.rational import Fraction, Number, rounded
from targets.choices import SplitMethod
from targets.domain.splitting import Bucket, Child, Part, SplitResult
from targets.selectors.trees import Node
from targets.services.dividing import SplitRequest, Task
from targets.services.numbers import Made


def made_of(
    task: Task, children: Mapping[Node, Sequence[Child[Node]]], results: Mapping[Node, SplitResult[Node]]
) -> list[Made]:
    """One for each unit that was divided."""
    buckets = task.buckets()
    return [
        Made(
            unit=parent,
            method=task.request.method,
            inputs={
                "amount": result.parent,
                "history": _span(task.history),
                "ramp": task.request.ramp,
                "unramped": result.unramped,
                "padded": result.padded,
                "buckets": [_bucket(bucket) for bucket in buckets.get(parent, ())],
                "children": [_child(child, task.request) for child in children[parent]],
            },
            result=[_part(part) for part in result.parts],
            computed={part.key: given_by(part) for part in result.parts},
        )
        for parent, result in results.items()
    ]


def given_by(part: Part[Any]) -> int | None:
    """What a split gave a holder, with what others hold; who is held gave themselves another number."""
    return part.computed if part.is_held else part.amount


def _span(period: Period | None) -> dict[str, str] | None:
    return {"from": period.start.isoformat(), "to": period.end.isoformat()} if period else None


def _bucket(bucket: Bucket) -> dict[str, Any]:
    return {"name": bucket.name, "weight": _text(bucket.weight), "fixed": bucket.fixed}


def _child(child: Child[Node], request: SplitRequest) -> dict[str, Any]:
    is_history = request.method == SplitMethod.HISTORY
    return {
        "holder": str(child.key),
        "name": child.name,
        "history": child.basis if is_history else None,
        "weight": None if is_history else _text(child.basis),
        "hold": child.hold,
        "floor": child.floor,
        "cap": child.cap,
        "ramp": _text(child.ramp),
        "bucket": child.group,
    }


def _part(part: Part[Node]) -> dict[str, Any]:
    return {
        "holder": str(part.key),
        "amount": part.amount,
        "full": part.full,
        "computed": part.computed,
        "weight": _text(part.weight),
        "share": None if part.share is None else str(rounded(part.share, 6)),
        "is_held": part.is_held,
        "is_bounded": part.is_bounded,
    }


def _text(value: Number | None) -> str | None:
    """As it is, a fraction to six decimals."""
    if isinstance(value, Fraction) and value.denominator > 1:
        value = rounded(value, 6)
    return None if value is None else str(value)
