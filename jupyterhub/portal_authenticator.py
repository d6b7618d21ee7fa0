"""The portal says who somebody is."""

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

    portal_url = Unicode(config=True, help="Where browsers find the portal.")

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        # The Hub calls this once, with its database open and its configuration's tokens added.
        revoke_former_tokens(app)
        return [*portal_pages(self.portal_url), *super().get_handlers(app)]

    async def refresh_user(self, user: Any, handler: Any = None, **options: Any) -> Any:
        """A portal that is away closes nobody's Lab: its word is asked for again next time.

        Whoever loses the right to a Lab while it is away is signed out by the portal itself, which
        stops the server and deletes the Hub user.
        """
        try:
            return await super().refresh_user(user, handler, **options)
        except (HTTPClientError, OSError) as error:
            self.log.warning("The portal cannot be asked about %s: %s", user.name, error)
            return True
