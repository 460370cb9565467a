import os

from celery import Celery
from celery.signals import worker_init
from django_structlog.celery.steps import DjangoStructLogInitStep

from salestargets.collecting import look_rarely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salestargets.settings")
app = Celery("salestargets")
app.set_default()  # for the threads of the web server too, not for the importing one alone
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@worker_init.connect
def prepare(**_: object) -> None:
    """Celery's own hook for what must hold before a worker takes its first task."""
    from salestargets.tenancy.login import refuse_powerful_login  # needs the apps

    refuse_powerful_login()
    look_rarely()
