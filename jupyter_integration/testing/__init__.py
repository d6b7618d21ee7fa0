"""Stand-ins for what the portal talks to, for tests."""

from jupyter_integration.testing.fake_hub import FakeHub, Spawn

__all__ = ["FakeHub", "Spawn"]
