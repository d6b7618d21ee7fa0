"""JupyterHub's REST API for plain Python: this package knows neither Django nor Celery."""

from jupyter_integration.hub.breaker import BreakerStore, CircuitBreaker, StoreAway
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubBadRequest,
    HubCircuitOpen,
    HubConflict,
    HubError,
    HubNotFound,
    HubNotStarting,
    HubProtocolError,
    HubRejected,
    HubServerError,
    HubStarting,
    HubThrottled,
    HubTimeout,
    HubUnauthorized,
    HubUnavailable,
    HubUnreachable,
)
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.resources import HubUser, ProgressEvent, Server
from jupyter_integration.hub.transport import HubTransport

__all__ = [
    "BreakerStore",
    "CircuitBreaker",
    "HubBadRequest",
    "HubCircuitOpen",
    "HubClient",
    "HubConflict",
    "HubError",
    "HubNotFound",
    "HubNotStarting",
    "HubProtocolError",
    "HubRejected",
    "HubServerError",
    "HubStarting",
    "HubThrottled",
    "HubTimeout",
    "HubTransport",
    "HubUnauthorized",
    "HubUnavailable",
    "HubUnreachable",
    "HubUser",
    "LabProbe",
    "ProgressEvent",
    "Server",
    "StoreAway",
]
