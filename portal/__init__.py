"""Django project: settings, URLs, and the parts that no application owns."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
