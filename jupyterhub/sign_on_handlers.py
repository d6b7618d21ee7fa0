"""Sign-in and sign-out on the Hub, in browsers that several people and several tabs share."""

from __future__ import annotations

from typing import Any

from jupyterhub import orm
from jupyterhub.handlers.base import BaseHandler
from oauthenticator.oauth2 import (
    STATE_COOKIE_NAME,
    OAuthCallbackHandler,
    OAuthLoginHandler,
    OAuthLogoutHandler,
    _deserialize_state,
)

# How long a person may take on the portal's sign-in page: an hour.
SIGN_IN_DAYS = 1 / 24


def end_browser_session(handler: BaseHandler, *, except_for: int | None = None) -> bool:
    """Revoke the Lab tokens of this browser's session; True when there were any.

    The cookie of a Lab is such a token. The Hub revokes them itself only while its own cookie
    still names their owner, so a Lab could stay open to whoever sits at the browser next.
    """
    session_id = handler.get_session_cookie()
    if not session_id:
        return False
    tokens = handler.db.query(orm.APIToken).filter(orm.APIToken.session_id == session_id)
    if except_for is not None:
        tokens = tokens.filter(orm.APIToken.user_id != except_for)
    ended = tokens.all()
    for token in ended:
        handler.db.delete(token)
    handler.db.commit()
    return bool(ended)


def state_cookie_name(state: str) -> str:
    """Name the cookie of one sign-in; `state` is what goes through the portal and back."""
    state_id = _deserialize_state(state).get("state_id", "")
    return f"{STATE_COOKIE_NAME}-{state_id if state_id.isalnum() else ''}"


class PortalLoginHandler(OAuthLoginHandler):
    def set_state_cookie(self, state_cookie_value: str) -> None:
        """A cookie for each sign-in: with one for all, two tabs that open the Lab together end in
        "OAuth state mismatch".
        """
        self._set_cookie(
            state_cookie_name(state_cookie_value),
            state_cookie_value,
            expires_days=SIGN_IN_DAYS,
            httponly=True,
        )


class PortalCallbackHandler(OAuthCallbackHandler):
    _state_cookie: str | None = None

    def get_state_cookie(self) -> str:
        if self._state_cookie is None:
            name = state_cookie_name(self.get_state_url())
            self._state_cookie = (self.get_secure_cookie(name) or b"").decode("utf8", "replace")
            self.clear_cookie(name)
        return self._state_cookie

    def set_login_cookie(self, user: Any) -> None:
        """Where another person was signed in, their session ends and a new one begins."""
        before = self.get_current_user_cookie()
        others_had_tokens = end_browser_session(self, except_for=user.id)
        if others_had_tokens or (before is not None and before.id != user.id):
            # Labs remember for minutes what a token with this session was worth: a new session
            # makes them ask again.
            self.set_session_cookie()
        super().set_login_cookie(user)


class PortalLogoutHandler(OAuthLogoutHandler):
    async def handle_logout(self) -> None:
        """Also for a browser whose sign-in has gone stale, which the Hub passes over."""
        await super().handle_logout()
        end_browser_session(self)
        self.clear_login_cookie()
