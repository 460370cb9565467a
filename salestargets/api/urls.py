"""Everything below /api/ that is not a higher app's. Include it last: it answers what is no route."""

from django.urls import path, re_path

from salestargets.api.problems import unknown_path
from salestargets.api.schema import docs, schema_json

urlpatterns = [
    path("schema/", schema_json, name="api-schema"),
    path("docs/", docs, name="api-docs"),
    re_path(r"^(?P<path>.*)$", unknown_path),
]
