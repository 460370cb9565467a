"""Records as files."""

from collections.abc import Callable

from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from pipeline.models import ImportRejection, ImportRun
from pipeline.selectors import rejections_of
from salestargets.web.exports import Column, Format, export


def rejected_rows(run: ImportRun, file_format: Format) -> FileResponse:
    """The rows of a file that did not land, as they were, with where they stood and why."""
    columns: list[Column[ImportRejection]] = [
        Column(_("Row"), lambda rejection: rejection.row, "number"),
        Column(_("Reason"), _reason),
        *(Column(name, _cell(place)) for place, name in enumerate(run.columns)),
    ]
    return export(
        rejections_of(run).iterator(chunk_size=2000),
        columns=columns,
        name=f"rejected-{run.pk}",
        file_format=file_format,
    )


def _reason(rejection: ImportRejection) -> str:
    return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in rejection.errors.items())


def _cell(place: int) -> Callable[[ImportRejection], str]:
    return lambda rejection: rejection.values[place] if place < len(rejection.values) else ""
