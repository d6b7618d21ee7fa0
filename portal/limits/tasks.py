"""Celery task of the limits: deletion of counts that are over."""

from celery import shared_task
from django.utils import timezone

from portal.limits.models import GuessCount, RateCount


@shared_task(name="limits.delete_ended")
def delete_ended_counts() -> None:
    for model in (RateCount, GuessCount):
        model.objects.filter(ends_at__lt=timezone.now()).delete()
