"""Handlers of sign-in and sign-out on the Hub, for browsers with several people and tabs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import sign_in_state
from jupyterhub import orm
from lab_origins import with_lab_host
from oauthenticator.oauth2 import OAuthCallbackHandler, OAuthLoginHandler, OAuthLogoutHandler
from portal_messages import sign_out_request, signed_out_accounts
from portal_pages import SEE_OTHER, dashboard_url
from session_tokens import (
    begin_session,
    clear_marker,
    end_tokens_of,
    end_tokens_of_others,
    proven_session_id,
    signed_owner,
)
from tornado import web


class PortalLoginHandler(OAuthLoginHandler):
    def set_state_cookie(self, state_cookie_value: str) -> None:
        """Set a cookie for each sign-in.

        With one cookie for all, two tabs that open the Lab together end in "OAuth state mismatch".
        """
        sign_in_state.store(self, state_cookie_value)


class PortalCallbackHandler(OAuthCallbackHandler):
    _state_cookie: str | None = None

    def get_state_cookie(self) -> str:
        if self._state_cookie is None:
            self._state_cookie = sign_in_state.take(self, self.get_state_url())
        return self._state_cookie

    def check_state(self) -> None:
        """Send a browser without the cookie to the dashboard: the newest sign-ins have theirs."""
        if not self.get_state_cookie():
            self.redirect(dashboard_url(self.authenticator.portal_url), status=SEE_OTHER)
            raise web.Finish
        super().check_state()

    def get_next_url(self, user: Any = None) -> str:
        return with_lab_host(user, super().get_next_url(user))

    def set_login_cookie(self, user: Any) -> None:
        """Sign in. If another person was signed in, end their session and begin a new one."""
        before = signed_owner(self)
        is_another = False
        if before is not None and before.id != user.id:
            is_another = True
            end_tokens_of(self, {before.id})
        others_had_tokens = end_tokens_of_others(self, user)
        is_proven = proven_session_id(self) == self.get_session_cookie() is not None
        if is_another or others_had_tokens or not is_proven:
            # Labs cache for minutes whether a token of this session is valid. A new session id
            # misses that cache.
            begin_session(self)
        super().set_login_cookie(user)


class PortalLogoutHandler(OAuthLogoutHandler):
    """Signs a browser out after the portal did, and otherwise leads to the portal's question.

    A GET alone changes nothing: any page can make a browser send one.
    """

    async def get(self) -> None:
        owner = signed_owner(self)
        accounts = signed_out_accounts(
            self.authenticator.portal_secrets, self.get_argument("portal", "")
        )
        if not accounts:
            self._ask_at_portal(owner)
            return
        users = self.db.query(orm.User).filter(orm.User.name.in_(accounts)).all()
        end_tokens_of(self, {user.id for user in users})
        if owner is not None and owner.name not in accounts:
            # Another person's session, which only a question of its own may end.
            self._ask_at_portal(owner)
            return
        clear_marker(self)
        self.clear_login_cookie()
        self.log.info("Signed out: %s", ", ".join(sorted(accounts)))
        self.redirect(self.authenticator.logout_redirect_url, status=SEE_OTHER)

    def _ask_at_portal(self, owner: orm.User | None) -> None:
        secret = self.authenticator.portal_secrets[0]
        # Also empty: it tells the portal that the Hub knows nobody, and not to come back for that.
        query = urlencode({"hub": sign_out_request(secret, owner.name) if owner else ""})
        page = f"{self.authenticator.portal_url}/accounts/logout/?{query}"
        self.redirect(page, status=SEE_OTHER)
