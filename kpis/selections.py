"""Some of the records of a measure: what an organisation filters by, as conditions of the sources."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from kpis.choices import FilterKind, FilterOp
from kpis.domain.formulas import base_measure
from kpis.domain.recipes import Condition
from kpis.models import Selection
from kpis.registry import FILTERS, Flow, Linked, Source, Term, kept_flows, sources_of

S = TypeVar("S", bound=Source)


def read_conditions(filters: Iterable[Mapping[str, Any]]) -> list[Condition]:
    """What is stored with a selection."""
    return [Condition(one["field"], FilterOp(one["op"]), tuple(one["values"])) for one in filters]


def flows_of(group: str) -> list[Flow]:
    """The flows that cells are made of, with a term for each selection of the organisation."""
    chosen = list(Selection.objects.all())
    return [_with(flow, flow.terms, chosen) for flow in kept_flows(group)]


def sources_for(keys: Iterable[str]) -> list[Source]:
    """The sources of these measures and selections, with the terms of these alone."""
    wanted = list(dict.fromkeys(keys))
    plain = {key for key in wanted if ":" not in key}
    chosen = list(Selection.objects.filter(key__in=set(wanted) - plain)) if len(plain) < len(wanted) else []
    sources = {id(one): one for key in wanted for one in sources_of(base_measure(key))}
    return [
        _with(source, {key: term for key, term in source.terms.items() if key in plain}, chosen)
        for source in sources.values()
    ]


def _with(source: S, terms: Mapping[str, Term], chosen: Iterable[Selection]) -> S:
    more = {
        one.key: _narrowed(source, source.terms[one.measure], one)
        for one in chosen
        if one.measure in source.terms
    }
    return replace(source, terms={**terms, **more})


def _narrowed(source: Source, term: Term, selection: Selection) -> Term:
    """The term with the conditions added; what people chose goes to the database as parameters."""
    params: dict[str, Any] = {}
    texts = [
        _condition(source.filters[one.field], one, f"{selection.key.partition(':')[2]}_{place}", params)
        for place, one in enumerate(read_conditions(selection.filters))
    ]
    return Term(term.value, " AND ".join([f"({term.where})", *texts]), params)


_TYPES = {
    FilterKind.REFERENCE: "bigint[]",
    FilterKind.CHOICE: "text[]",
    FilterKind.TEXT: "text[]",
    FilterKind.AMOUNT: "bigint",
    FilterKind.NUMBER: "numeric",
    FilterKind.FLAG: "boolean",
}


#: Of another row: that there is one, but for these, of which there is none.
_OPPOSITES: dict[str, FilterOp] = {FilterOp.MISSING: FilterOp.GIVEN, FilterOp.NONE: FilterOp.ANY}


def _condition(column: str | Linked, condition: Condition, name: str, params: dict[str, Any]) -> str:
    if isinstance(column, str):
        return _test(column, condition, name, params)
    opposite = _OPPOSITES.get(condition.op)
    test = _test(column.column, replace(condition, op=opposite or condition.op), name, params)
    found = f"EXISTS (SELECT FROM {column.table} WHERE {column.where} AND {test})"
    return f"NOT {found}" if opposite else found


def _test(column: str, condition: Condition, name: str, params: dict[str, Any]) -> str:
    kind = FILTERS[condition.field].kind
    if condition.op in (FilterOp.GIVEN, FilterOp.MISSING):
        empty = f"({column}) IS NULL" + (f" OR ({column}) = ''" if kind == FilterKind.TEXT else "")
        return f"({empty})" if condition.op == FilterOp.MISSING else f"NOT ({empty})"
    many = _TYPES[kind].endswith("[]")
    params[name] = list(condition.values) if many else condition.values[0]
    value = f"%({name})s::{_TYPES[kind]}"
    match condition.op:
        case FilterOp.ANY:
            return f"({column}) = ANY({value})"
        case FilterOp.NONE:
            return f"(({column}) = ANY({value})) IS NOT TRUE"
        case FilterOp.AT_LEAST:
            return f"({column}) >= {value}"
        case FilterOp.BELOW:
            return f"({column}) < {value}"
        case _:
            return f"({column}) IS NOT DISTINCT FROM {value}"
