"""Test doubles of the Hub and of its network."""

from jupyter_integration.testing.fake_hub import FakeHub, Spawn
from jupyter_integration.testing.fault_proxy import FaultProxy

__all__ = ["FakeHub", "FaultProxy", "Spawn"]
