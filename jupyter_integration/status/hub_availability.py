"""Can the Hub be asked? One answer for pages, health and staff, from the breaker and our looks.

The breaker tells of a Hub that is away. One that refuses our token answers, so the breaker lets
calls pass, but nothing can be read from it either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from jupyter_integration.hub.breaker import CIRCUIT_KEY, Circuit

REFUSED_KEY = "hub:refused-at"
_ANSWERED_KEY = "hub:answered-at"

KEYS = (CIRCUIT_KEY, REFUSED_KEY, _ANSWERED_KEY)
"""For those who read more in the same call to the cache."""

_REFUSAL_TTL = 120  # seconds: longer than from one look to the next
_ANSWER_TTL = 7 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class HubAvailability:
    """What is known of the Hub without asking it."""

    away_since: datetime | None
    """Since when the breaker lets nothing pass but probes."""
    refused_at: datetime | None
    """When the Hub last refused our token, if it has not answered since."""
    answered_at: datetime | None
    """When the last look at it went well."""

    @property
    def is_unavailable(self) -> bool:
        """Whether nothing can be learned from the Hub now."""
        return self.away_since is not None or self.refused_at is not None


def read() -> HubAvailability:
    """Return what is known, in one call to the cache."""
    return availability_in(cache.get_many(KEYS))


def availability_in(found: Mapping[str, Any]) -> HubAvailability:
    """Return what is known, by what the cache has under KEYS."""
    circuit = found.get(CIRCUIT_KEY)
    away_since = circuit.away_since if isinstance(circuit, Circuit) else None
    return HubAvailability(
        away_since=None if away_since is None else datetime.fromtimestamp(away_since, UTC),
        refused_at=found.get(REFUSED_KEY),
        answered_at=found.get(_ANSWERED_KEY),
    )


def record_answer() -> None:
    """Note that a look at the Hub went well."""
    cache.set(_ANSWERED_KEY, timezone.now(), _ANSWER_TTL)
    cache.delete(REFUSED_KEY)


def record_refusal() -> None:
    """Note that the Hub refuses our token."""
    cache.set(REFUSED_KEY, timezone.now(), _REFUSAL_TTL)
