from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "targets"

    def ready(self) -> None:
        from kpis.registry import register_follower
        from salestargets.alerts.registry import register_rule
        from salestargets.jobs.registry import register_queue
        from targets import pages
        from targets.services.pace_rule import PACE_RULE
        from targets.services.progress import QUEUE, follow_cells

        register_follower(follow_cells)
        register_rule(PACE_RULE)
        register_queue(QUEUE, "targets.day")
        pages.register()
