"""What the tests of servers share beside the cast."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone


class Clock:
    """Time that goes only when it is told to."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def go(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock
