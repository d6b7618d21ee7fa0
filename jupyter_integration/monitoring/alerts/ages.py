"""Ages of moments, to compare and in the reader's language."""

from datetime import datetime, timedelta

from django.utils import timezone

from portal.persian.dates import duration


def age(moment: datetime) -> timedelta:
    return timezone.now() - moment


def age_text(since: datetime) -> str:
    return duration(age(since))
