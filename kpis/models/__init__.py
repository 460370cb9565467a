"""What is measured, and what the engine keeps of it."""

from kpis.models.measuring import (
    Definition,
    DirtyKey,
    Kpi,
    LeafCell,
    MemberMoves,
    Selection,
    TreeMoves,
    UnitCell,
)

__all__ = [
    "Definition",
    "DirtyKey",
    "Kpi",
    "LeafCell",
    "MemberMoves",
    "Selection",
    "TreeMoves",
    "UnitCell",
]
