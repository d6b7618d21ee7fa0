"""Authenticator that signs people in through the portal."""

from __future__ import annotations

from typing import Any

from end_sessions_page import EndSessionsPage
from former_tokens import revoke_former_tokens
from oauthenticator.generic import GenericOAuthenticator
from portal_messages import EndSessionsMessages
from portal_pages import portal_pages
from sign_on_handlers import PortalCallbackHandler, PortalLoginHandler, PortalLogoutHandler
from tornado.httpclient import HTTPClientError
from traitlets import List, Unicode


class PortalAuthenticator(GenericOAuthenticator):
    login_handler = PortalLoginHandler
    callback_handler = PortalCallbackHandler
    logout_handler = PortalLogoutHandler

    portal_url = Unicode(config=True, help="The portal's address in browsers.")
    portal_secrets = List(
        Unicode(), config=True, help="Secrets shared with the portal; the first one signs."
    )

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        # The Hub calls this once, after it has added its configuration's tokens to its database.
        revoke_former_tokens(app)
        messages = EndSessionsMessages(self.portal_secrets)
        return [
            *portal_pages(self.portal_url),
            (r"/api/portal/end-sessions", EndSessionsPage, {"messages": messages}),
            *super().get_handlers(app),
        ]

    def pre_spawn_start(self, user: Any, spawner: Any) -> None:
        """Tell a server that starts where the portal is: its pages have a link to it."""
        spawner.environment = {**spawner.environment, "SHAPARAK_PORTAL_URL": self.portal_url}

    async def refresh_user(self, user: Any, handler: Any = None, **options: Any) -> Any:
        """Keep people signed in while the portal cannot be reached; the next refresh asks again.

        If somebody loses access meanwhile, the portal stops their server and deletes the Hub user.
        """
        try:
            return await super().refresh_user(user, handler, **options)
        except (HTTPClientError, OSError) as error:
            self.log.warning("Cannot refresh %s: the portal does not answer: %s", user.name, error)
            return True
