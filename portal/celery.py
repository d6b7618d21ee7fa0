"""Celery application; its settings are those of portal/settings.py that begin with CELERY_."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init
from django.core.management.base import SystemCheckError

from portal import checks, file_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

file_broker.register()
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_to_start_with_bad_settings(**_kwargs: object) -> None:
    try:
        checks.refuse_bad_settings()
    except SystemCheckError as error:
        # Celery logs an exception of a receiver and continues; SystemExit ends it.
        raise SystemExit(str(error)) from error
