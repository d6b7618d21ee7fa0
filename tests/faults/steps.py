"""The calls of a start, one after the other, and what a start keeps to whatever they meet."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_integration.testing.exchange import Call


@dataclass(frozen=True)
class Step:
    name: str
    method: str
    path: str
    is_first_start: bool = False  # whether the Hub has no user for the account yet

    def __str__(self) -> str:
        return self.name


STEPS = (
    Step("making the user", "POST", "/users/sara$", is_first_start=True),
    Step("reading before the POST", "GET", "/users/sara$"),
    Step("the POST", "POST", "/server$"),
    Step("the progress", "GET", "/progress$"),
)


def sent_blindly(calls: list[Call]) -> list[Call]:
    """The POSTs of a start that came after another without an answered reading in between."""
    found = []
    read_since = True
    for call in calls:
        if call.method == "POST" and call.path.endswith("/server"):
            if not read_since:
                found.append(call)
            read_since = False
        elif call.method == "GET" and call.status == 200 and "/progress" not in call.path:
            read_since = True
    return found
