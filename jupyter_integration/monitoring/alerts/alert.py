"""One alert: a sentence for staff about something that is wrong."""

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """Effect on people who want to work now; the lowest value is the most severe."""

    CRITICAL = 1
    WARNING = 2
    INFO = 3


@dataclass(frozen=True, slots=True)
class Alert:
    """One problem, in the reader's language. `command` can be pasted into a shell unchanged."""

    severity: Severity
    sentence: str
    remedy: str
    command: str = ""
    query: str = ""
    """Query string that filters the list of starts to those that the alert is about."""
