"""What is measured on the records of this app: sources and measures, a module for each kind of records."""

from collections.abc import Collection, Iterable

from kpis.registry import (
    register_filters,
    register_measures,
    register_names,
    register_sources,
)
from pipeline.measures import activities, customers, deals, expenses, leads, mentoring, money, stages
from pipeline.measures.filters import FILTERS
from pipeline.models import Customer, Product


def product_names(ids: Collection[int]) -> Iterable[tuple[int, str, str]]:
    return Product.objects.filter(pk__in=ids).values_list("id", "external_id", "name")


def customer_names(ids: Collection[int]) -> Iterable[tuple[int, str, str]]:
    return Customer.objects.filter(pk__in=ids).values_list("id", "external_id", "name")


def register() -> None:
    register_filters(FILTERS)
    register_names("products", product_names)
    register_names("customers", customer_names)
    for kind in (deals, mentoring, stages, customers, leads, activities, expenses, money):
        register_measures(kind.MEASURES)
        register_sources(kind.SOURCES)
