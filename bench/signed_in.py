"""Person with an account and a session, as a browser holds it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    user_id: int
    hub_username: str
    session: str
    csrf: str

    @property
    def cookie(self) -> str:
        """Return the Cookie header of this person's browser."""
        return f"shaparak_session={self.session}; shaparak_csrf={self.csrf}"
