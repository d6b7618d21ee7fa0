"""Handlers of sign-in and sign-out on the Hub, for browsers with several people and tabs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from jupyterhub import orm
from jupyterhub.handlers.base import BaseHandler
from lab_origins import with_lab_host
from oauthenticator.oauth2 import (
    STATE_COOKIE_NAME,
    OAuthCallbackHandler,
    OAuthLoginHandler,
    OAuthLogoutHandler,
    _deserialize_state,
)

# The time a person has on the portal's sign-in page.
SIGN_IN_TIMEOUT = timedelta(hours=1)


def end_browser_session(handler: BaseHandler, *, except_for: int | None = None) -> bool:
    """Revoke the Lab tokens of this browser's session. Return whether there were any.

    A Lab's cookie is such a token. The Hub revokes them only while its own cookie still names their
    owner. Without this, a Lab could stay open for the next person at the browser.
    """
    session_id = handler.get_session_cookie()
    if not session_id:
        return False
    tokens = handler.db.query(orm.APIToken).filter(orm.APIToken.session_id == session_id)
    if except_for is not None:
        tokens = tokens.filter(orm.APIToken.user_id != except_for)
    revoked = tokens.all()
    for token in revoked:
        handler.db.delete(token)
    handler.db.commit()
    return bool(revoked)


def state_cookie_name(state: str) -> str:
    """Return the name of the cookie of one sign-in. `state` is the parameter of OAuth."""
    state_id = _deserialize_state(state).get("state_id", "")
    return f"{STATE_COOKIE_NAME}-{state_id if state_id.isalnum() else ''}"


class PortalLoginHandler(OAuthLoginHandler):
    def set_state_cookie(self, state_cookie_value: str) -> None:
        """Set a cookie for each sign-in.

        With one cookie for all, two tabs that open the Lab together end in "OAuth state mismatch".
        """
        self._set_cookie(
            state_cookie_name(state_cookie_value),
            state_cookie_value,
            expires_days=SIGN_IN_TIMEOUT / timedelta(days=1),
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

    def get_next_url(self, user: Any = None) -> str:
        return with_lab_host(user, super().get_next_url(user))

    def set_login_cookie(self, user: Any) -> None:
        """Sign in. If another person was signed in, end their session and begin a new one."""
        before = self.get_current_user_cookie()
        others_had_tokens = end_browser_session(self, except_for=user.id)
        if others_had_tokens or (before is not None and before.id != user.id):
            # Labs cache for minutes whether a token of this session is valid. A new session id
            # misses that cache.
            self.set_session_cookie()
        super().set_login_cookie(user)


class PortalLogoutHandler(OAuthLogoutHandler):
    async def handle_logout(self) -> None:
        """Sign out, also a browser whose sign-in has expired, which the Hub ignores."""
        await super().handle_logout()
        end_browser_session(self)
        self.clear_login_cookie()
