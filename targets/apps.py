from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "targets"

    def ready(self) -> None:
        from kpis.registry import register_follower
        from salestargets.alerts.registry import register_rule
        from salestargets.jobs.registry import register_queue
        from salestargets.jobs.wake import wake
        from salestargets.tenancy.registry import register_installer, register_settings_follower
        from targets import adjustment_notices, announcements, impacts, logged, measures, notices, pages
        from targets.services.pace_rule import PACE_RULE
        from targets.services.progress import QUEUE, follow_cells
        from targets.services.rules import install

        register_installer(install)
        register_follower(follow_cells)
        register_rule(PACE_RULE)
        register_queue(QUEUE, "targets.day")
        # Another calendar or other levels move every target at once.
        register_settings_follower(lambda organisation: wake(QUEUE))
        adjustment_notices.register()
        measures.register()
        pages.register()
        logged.register()
        announcements.register()
        impacts.register()
        notices.register()
