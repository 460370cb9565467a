"""A goal's numbers from a spreadsheet: what it would change, and that written, if nothing else came between.

The file is the one that the plan's page gives, with other numbers in it. An empty cell leaves its number
alone, 0 is 0; what cannot be read is told with its row and column, and nothing of the file is taken then.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import IO

from django.core import signing
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpis.values import read_holder
from salestargets.ingest.files import open_file
from salestargets.kernel.errors import DomainError
from salestargets.kernel.messages import N_
from salestargets.kernel.parsing import strict_date, strict_decimal
from salestargets.tenancy.access import Actor, sight_of
from salestargets.tenancy.choices import Scope
from targets.amounts import from_stored, to_stored
from targets.choices import ChangeKind
from targets.models import Goal
from targets.selectors.plans import may_set, sees
from targets.selectors.products import are_sums, check_group
from targets.selectors.sheets import Sheet, sheet_of
from targets.selectors.trees import Node
from targets.services.cells import Edit, edit_numbers
from targets.services.file_tables import Fault, Faults, cell, letter, place_of, plain_day, plain_number
from targets.services.numbers import check_amount

HOLDER, EXTERNAL_ID, NAME = _("Holder"), _("External id"), _("Name")
KIND, ABOVE, TOTAL = _("Kind"), _("Unit above"), _("Target")
UNALLOCATED, OVER_ASSIGNED = _("Unallocated"), _("Over-assigned")
#: Columns that explain; what stands in them is not read.
EXPLAIN = (NAME, KIND, ABOVE, UNALLOCATED, OVER_ASSIGNED)

_SEEN_FOR = 24 * 60 * 60  # seconds


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A holder whose number changes, with the row of the file. None: there was no number."""

    row: int
    node: Node
    name: str
    before: int | None
    after: int
    months_before: Sequence[int]
    months_after: Sequence[int] | None
    edits: Sequence[Edit]

    @property
    def change(self) -> int:
        return self.after - (self.before or 0)


@dataclass(frozen=True)
class SheetDiff:
    """What a file changes. `seen` is what to hand to `apply_seen`: these edits, with what they stand on.

    `months_after` of a line is None where the new total is spread in the shape there is.
    """

    lines: Sequence[SheetLine]
    unchanged: int
    seen: str

    @property
    def before(self) -> int:
        return sum(line.before or 0 for line in self.lines)

    @property
    def after(self) -> int:
        return sum(line.after for line in self.lines)


def read_sheet(actor: Actor, *, goal: Goal, group: str = "", content: IO[bytes], at: datetime) -> SheetDiff:
    """What the file would change now. Nothing is written. DomainError `sheet_faults` names what is wrong."""
    actor.require(Scope.TARGETS_WRITE)
    sheet = sheet_of(goal, group=check_group(goal, group))
    reading = _Reading(actor, sheet, at)
    with open_file(content) as file:
        columns = _columns(sheet, file.header)
        rows = chain.from_iterable(enumerate(block.rows, block.first_row) for block in file.blocks)
        lines = [
            line for number, cells in rows if any(cells) for line in reading.line(number, cells, columns)
        ]
    reading.faults.check()
    changed = [line for line in lines if line.edits]
    return SheetDiff(changed, len(lines) - len(changed), _signed(goal, group, changed))


def apply_seen(
    actor: Actor,
    *,
    goal: Goal,
    seen: str,
    reason: str = "",
    effective_on: date | None = None,
    at: datetime,
) -> set[Node]:
    """The edits that were shown. StaleEdits where a number is no longer what was shown beside them."""
    group, edits = _opened(goal, seen)
    if not edits:
        return set()
    return edit_numbers(
        actor,
        goal=goal,
        edits=edits,
        group=group,
        reason=reason,
        effective_on=effective_on,
        kind=ChangeKind.FILE,
        at=at,
    )


# Columns


@dataclass(frozen=True)
class _Columns:
    """Where what stands: positions in a row."""

    holder: int | None
    external_id: int | None
    total: int | None
    months: Mapping[int, int]


def _columns(sheet: Sheet, header: Sequence[str]) -> _Columns:
    """DomainError where a column is neither ours nor a month of the plan, or nobody is named."""
    known = {str(name): place for place, name in enumerate(header)}
    months = {place: n for place, name in enumerate(header) if (n := _month(sheet, name)) is not None}
    found = _Columns(
        holder=place_of(known, HOLDER),
        external_id=place_of(known, EXTERNAL_ID),
        total=place_of(known, TOTAL),
        months={n: place for place, n in months.items()},
    )
    ours = {place_of(known, label) for label in (HOLDER, EXTERNAL_ID, TOTAL, *EXPLAIN)} | months.keys()
    if strange := [f"{letter(n)}1 “{name}”" for n, name in enumerate(header) if n not in ours]:
        raise DomainError(
            N_("No column of the plan is called so: {names}. Take the names of the file you downloaded."),
            code="unknown_columns",
            field="file",
            params={"names": ", ".join(strange)},
        )
    if found.holder is None and found.external_id is None:
        raise DomainError(
            N_("The file does not say whose numbers it has. Keep the column “Holder” or “External id”."),
            code="no_holder_column",
            field="file",
        )
    if len(found.months) < len(months):
        raise DomainError(
            N_("A month has two columns. Keep one of them."), code="month_repeats", field="file"
        )
    return found


def _month(sheet: Sheet, name: str) -> int | None:
    try:
        day = strict_date(plain_day(name))
    except DomainError:
        return None
    return sheet.months.index(day) if day in sheet.months else None


# Rows


class _Reading:
    """The rows of one file, one after the other, and what was wrong with them."""

    def __init__(self, actor: Actor, sheet: Sheet, at: datetime) -> None:
        self.sheet, self.actor = sheet, actor
        self.currency = actor.organisation.currency
        sight = sight_of(actor, actor.organisation.today(at))
        self.nodes = [node for node in sheet.tree.labels if sees(sight, node)]
        self.by_key: defaultdict[str, list[Node]] = defaultdict(list)
        self.by_external_id: defaultdict[str, list[Node]] = defaultdict(list)
        for node in self.nodes:
            for key in {str(node), str(node.holder.whole)}:
                self.by_key[key].append(node)
            if external_id := sheet.tree.labels[node].external_id:
                self.by_external_id[external_id].append(node)
        is_sum = are_sums(sheet)
        self.may_set: Callable[[Node], bool] = lambda node: may_set(actor, sight, sheet.tree, node)
        self.is_sum = is_sum
        self.rows: dict[Node, int] = {}
        self.faults = Faults()

    def line(self, number: int, cells: Sequence[str], columns: _Columns) -> Iterator[SheetLine]:
        try:
            yield self._line(number, cells, columns)
        except Fault as fault:
            self.faults.note(number, fault)

    def _line(self, number: int, cells: Sequence[str], columns: _Columns) -> SheetLine:
        node = self._node(number, cells, columns)
        before, had = self.sheet.given(node), self.sheet.by_month(node)
        total = self._amount(columns, cells, columns.total)
        sent = {n: self._amount(columns, cells, place) for n, place in columns.months.items()}
        months = [had[n] if sent.get(n) is None else sent[n] or 0 for n in range(len(had))]
        moved = [
            n for n, amount in sent.items() if amount is not None and (before is None or amount != had[n])
        ]
        is_total = total is not None and total != before
        if moved and is_total and sum(months) != total:
            raise Fault(
                columns.total or 0,
                gettext("The months sum to %(months)s. Change the months or the total, or make them agree.")
                % {"months": self._shown(sum(months))},
            )
        edits = self._edits(node, before, had, months, moved, total if is_total else None)
        if edits:
            self._check(node, columns.total if is_total else columns.months[moved[0]])
        after = sum(months) if moved else total if total is not None and is_total else before or 0
        return SheetLine(
            row=number,
            node=node,
            name=self.sheet.tree.name(node),
            before=before,
            after=after,
            months_before=had if before is not None else (),
            months_after=months if moved else None,
            edits=edits,
        )

    def _edits(
        self,
        node: Node,
        before: int | None,
        had: Sequence[int],
        months: Sequence[int],
        moved: Sequence[int],
        total: int | None,
    ) -> list[Edit]:
        """Months, where some differ; else the total."""
        starts = self.sheet.months
        if moved:
            return [
                Edit(node.holder, [starts[n]], months[n], was=None if before is None else had[n])
                for n in moved
            ]
        return [] if total is None else [Edit(node.holder, [], total, was=before)]

    def _node(self, number: int, cells: Sequence[str], columns: _Columns) -> Node:
        """Of a holder's places those in the tree count; of several, one must be named."""
        key, external_id = cell(cells, columns.holder), cell(cells, columns.external_id)
        if key:
            place, known = columns.holder, self.by_key.get(key, [])
        else:
            place, known = columns.external_id, self.by_external_id.get(external_id, [])
        found = [node for node in known if not self.sheet.tree.labels[node].is_stray] or known
        place = place if place is not None else columns.holder or 0
        if not found:
            raise Fault(place, gettext("Nobody in this plan is “%(name)s”.") % {"name": key or external_id})
        if len(found) > 1:
            raise Fault(
                place,
                gettext("“%(name)s” has several places in this plan. Fill in the holder.")
                % {"name": external_id},
            )
        if (first := self.rows.setdefault(found[0], number)) != number:
            raise Fault(place, gettext("Row %(row)s is about the same holder.") % {"row": first})
        return found[0]

    def _amount(self, columns: _Columns, cells: Sequence[str], place: int | None) -> int | None:
        text = cell(cells, place)
        if not text or place is None:
            return None
        try:
            value: Decimal = strict_decimal(plain_number(text), max_digits=20, decimal_places=4)
            return check_amount(to_stored(value, self.sheet.goal.kpi, self.currency))
        except DomainError as error:
            raise Fault(place, f"“{text[:40]}”: {error.render(gettext)}") from None

    def _check(self, node: Node, place: int | None) -> None:
        name = {"name": self.sheet.tree.name(node)}
        if not self.may_set(node):
            raise Fault(
                place or 0,
                gettext("The number of “%(name)s” is given by the manager of the unit above.") % name,
            )
        if self.is_sum(node):
            raise Fault(
                place or 0,
                gettext("The number of “%(name)s” is the sum of its product groups. Change those instead.")
                % name,
            )

    def _shown(self, stored: int) -> str:
        return str(from_stored(stored, self.sheet.goal.kpi, self.currency))


# What was shown


def _signed(goal: Goal, group: str, lines: Sequence[SheetLine]) -> str:
    """Nobody can make others believe they were shown it: it is of this goal, and of this day."""
    edits = [
        [str(line.node), [month.isoformat() for month in edit.months], edit.amount, edit.was]
        for line in lines
        for edit in line.edits
    ]
    return signing.dumps({"group": group, "edits": edits}, salt=_salt(goal), compress=True)


def _opened(goal: Goal, seen: str) -> tuple[str, list[Edit]]:
    try:
        said = signing.loads(seen, salt=_salt(goal), max_age=_SEEN_FOR)
    except signing.BadSignature:
        raise DomainError(
            N_("What was shown is too old, or of another goal. Read the file again."),
            code="not_seen",
            field="seen",
        ) from None
    return said["group"], [
        Edit(read_holder(key), [date.fromisoformat(month) for month in months], amount, was=was)
        for key, months, amount, was in said["edits"]
    ]


def _salt(goal: Goal) -> str:
    return f"targets.sheet:{goal.organisation_id}:{goal.pk}"
