"""The administration of servers: one module a kind of row, registered by being imported."""

from jupyter_integration.admin.starts import SpawnRequestAdmin
from jupyter_integration.admin.stops import HubRevocationAdmin, StopRequestAdmin

__all__ = ["HubRevocationAdmin", "SpawnRequestAdmin", "StopRequestAdmin"]
