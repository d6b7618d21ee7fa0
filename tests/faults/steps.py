"""Calls of a start in order, and a check of the POSTs among them."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_integration.testing.exchange import Call


@dataclass(frozen=True)
class Step:
    name: str
    method: str
    path: str
    is_first_start: bool = False  # the account has no Hub user yet

    def __str__(self) -> str:
        return self.name


STEPS = (
    Step("create the user", "POST", "/users/sara$", is_first_start=True),
    Step("read before the POST", "GET", "/users/sara$"),
    Step("the POST", "POST", "/server$"),
    Step("the progress", "GET", "/progress$"),
)


def blind_posts(calls: list[Call]) -> list[Call]:
    """Return the POSTs of a start that follow another POST without a successful read in between."""
    found = []
    has_read = True
    for call in calls:
        if call.method == "POST" and call.path.endswith("/server"):
            if not has_read:
                found.append(call)
            has_read = False
        elif call.method == "GET" and call.status == 200 and "/progress" not in call.path:
            has_read = True
    return found
