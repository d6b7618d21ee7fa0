"""Counts of rate limits and of guesses, in the database: Redis may be unavailable or full."""

from django.db import models


class RateCount(models.Model):
    """How often something was counted within one period."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.count}"


class GuessCount(models.Model):
    """Guesses in a row at one secret, and when the next one is allowed."""

    key = models.CharField(max_length=64, primary_key=True)
    guesses = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.guesses}"
