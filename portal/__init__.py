"""The Django project: settings, URLs, health. No business lives here."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
