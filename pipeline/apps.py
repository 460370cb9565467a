from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self) -> None:
        from pipeline import kinds, measures, pages
        from pipeline.services.imports import IMPORT, import_step
        from pipeline.services.undo import UNDO, undo_step
        from salestargets.jobs.registry import register_step

        kinds.register()
        measures.register()
        pages.register()
        register_step(IMPORT, import_step)
        register_step(UNDO, undo_step)
