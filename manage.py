#!/usr/bin/env python3
import os
import sys

from django.core.management import execute_from_command_line

import salestargets.celery  # noqa: F401  so that a command can tell a worker

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salestargets.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # people read what a command prints
    execute_from_command_line(sys.argv)
