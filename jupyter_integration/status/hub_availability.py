"""Availability of the Hub, for pages, health and staff: from the circuit breaker and health checks.

The breaker knows when the Hub is unavailable. A Hub that refuses our token answers, so the breaker
lets calls pass, but nothing can be read from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from jupyter_integration.hub.breaker import STATE_KEY, BreakerState
from portal.caches import copies

REFUSED_KEY = "hub:refused-at"
_ANSWERED_KEY = "hub:answered-at"

KEYS = (STATE_KEY, REFUSED_KEY, _ANSWERED_KEY)
"""For callers that read more keys in the same call to the cache."""

REFUSAL_TTL = timedelta(minutes=2)  # longer than the time between two health checks
ANSWER_TTL = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HubAvailability:
    """What is known of the Hub without a call to it."""

    away_since: datetime | None
    """Since when the breaker lets only probes pass."""
    refused_at: datetime | None
    """When the Hub last refused our token, unless it has answered since."""
    answered_at: datetime | None
    """When the last health check succeeded."""

    @property
    def is_unavailable(self) -> bool:
        """Whether nothing can be read from the Hub now."""
        return self.away_since is not None or self.refused_at is not None


def read() -> HubAvailability:
    """Return what is known, in one call to the cache."""
    return availability_in(copies.get_many(KEYS))


def availability_in(cached: Mapping[str, Any]) -> HubAvailability:
    """Return what is known, from what the cache has under KEYS."""
    state = cached.get(STATE_KEY)
    away_since = state.away_since if isinstance(state, BreakerState) else None
    return HubAvailability(
        away_since=None if away_since is None else datetime.fromtimestamp(away_since, UTC),
        refused_at=cached.get(REFUSED_KEY),
        answered_at=cached.get(_ANSWERED_KEY),
    )


def record_answer() -> None:
    """Record that a health check succeeded."""
    copies.set(_ANSWERED_KEY, timezone.now(), ANSWER_TTL.total_seconds())
    copies.delete(REFUSED_KEY)


def record_refusal() -> None:
    """Record that the Hub refuses our token."""
    copies.set(REFUSED_KEY, timezone.now(), REFUSAL_TTL.total_seconds())
