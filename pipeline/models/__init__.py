from pipeline.models.imports import (
    Alias,
    ImportChange,
    ImportChunk,
    ImportMapping,
    ImportRejection,
    ImportRun,
    UnresolvedReference,
)
from pipeline.models.records import Channel, CreditShare, Customer, Deal, Product, Stage, StageEntry

__all__ = [
    "Alias",
    "Channel",
    "CreditShare",
    "Customer",
    "Deal",
    "ImportChange",
    "ImportChunk",
    "ImportMapping",
    "ImportRejection",
    "ImportRun",
    "Product",
    "Stage",
    "StageEntry",
    "UnresolvedReference",
]
