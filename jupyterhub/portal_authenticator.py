"""Authenticator that signs people in through the portal."""

from __future__ import annotations

from typing import Any

from former_tokens import revoke_former_tokens
from oauthenticator.generic import GenericOAuthenticator
from portal_pages import portal_pages
from sign_on_handlers import PortalCallbackHandler, PortalLoginHandler, PortalLogoutHandler
from tornado.httpclient import HTTPClientError
from traitlets import Unicode


class PortalAuthenticator(GenericOAuthenticator):
    login_handler = PortalLoginHandler
    callback_handler = PortalCallbackHandler
    logout_handler = PortalLogoutHandler

    portal_url = Unicode(config=True, help="The portal's address in browsers.")

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        # The Hub calls this once, after it has added its configuration's tokens to its database.
        revoke_former_tokens(app)
        return [*portal_pages(self.portal_url), *super().get_handlers(app)]

    async def refresh_user(self, user: Any, handler: Any = None, **options: Any) -> Any:
        """Keep people signed in while the portal cannot be reached; the next refresh asks again.

        If somebody loses access meanwhile, the portal stops their server and deletes the Hub user.
        """
        try:
            return await super().refresh_user(user, handler, **options)
        except (HTTPClientError, OSError) as error:
            self.log.warning("Cannot refresh %s: the portal does not answer: %s", user.name, error)
            return True
