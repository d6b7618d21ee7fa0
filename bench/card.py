"""Server's card of the dashboard, read from a response as the page's script reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import unescape

_CARD = re.compile(r'data-poll-after="([0-9.]+)"\s+hx-get="([^"]+)"')
_STATE = re.compile(r'data-state="([a-z]+)"')


@dataclass(frozen=True, slots=True)
class Card:
    """Content of the server's card on the page."""

    state: str
    is_sent_to_lab: bool
    poll_url: str  # the card's own address
    poll_after: float  # seconds


class NoCard(ValueError):
    """The response is not a card."""


def read_card(status: int, headers: Mapping[str, str], page: str, shown: Card | None) -> Card:
    """Return the card after a response with these headers. Raises NoCard.

    `shown` is the card on the page, which stays if nothing has changed.
    """
    if status == 204 and shown is not None:
        return replace(shown, poll_after=float(headers["Poll-After"]))
    state, again = _STATE.search(page), _CARD.search(page)
    if state is None or again is None:
        raise NoCard(f"no card in {page[:200]!r}")
    return Card(
        state=state[1],
        is_sent_to_lab="lab-ready" in headers.get("HX-Trigger-After-Swap", ""),
        poll_url=unescape(again[2]),
        poll_after=float(again[1]),
    )
