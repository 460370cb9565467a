"""What is measured, what the engine keeps of it, and by what people are measured."""

from kpis.models.closing import ClosedLevel, Closing, Correction
from kpis.models.entries import Entry
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
from kpis.models.templates import Template, TemplateChoice, TemplateItem, TemplateUnit, TemplateVersion

__all__ = [
    "ClosedLevel",
    "Closing",
    "Correction",
    "Definition",
    "DirtyKey",
    "Entry",
    "Kpi",
    "LeafCell",
    "MemberMoves",
    "Selection",
    "Template",
    "TemplateChoice",
    "TemplateItem",
    "TemplateUnit",
    "TemplateVersion",
    "TreeMoves",
    "UnitCell",
]
