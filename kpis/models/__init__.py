"""What is measured, and what the engine keeps of it."""

from kpis.models.measuring import DirtyKey, Kpi, LeafCell, MemberMoves, TreeMoves, UnitCell

__all__ = ["DirtyKey", "Kpi", "LeafCell", "MemberMoves", "TreeMoves", "UnitCell"]
