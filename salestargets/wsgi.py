import os

from django.core.wsgi import get_wsgi_application

import salestargets.celery  # noqa: F401  so that a request can tell a worker
from salestargets.collecting import look_rarely
from salestargets.tenancy.login import refuse_powerful_login

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salestargets.settings")
application = get_wsgi_application()
refuse_powerful_login()
look_rarely()
