"""Address at which the portal has all sessions of a user ended, POST /hub/api/portal/end-sessions.

Not a scope of the Hub's API: the one that deletes tokens, `tokens`, also makes them.
"""

from __future__ import annotations

import json
from typing import Any

from jupyterhub.handlers.base import BaseHandler
from portal_messages import EndSessionsMessages, MessageRefused
from session_tokens import end_all_sessions


class EndSessionsPage(BaseHandler):
    """Returns 204 when the user has no session any more; 403, 404 and 413 as JSON, like the API."""

    # The signature counts, and nothing that a browser may carry.
    _accept_cookie_auth = False
    _accept_token_auth = False

    LONGEST_BODY = 4 * 1024  # bytes

    def initialize(self, messages: EndSessionsMessages) -> None:
        self._messages = messages

    def check_xsrf_cookie(self) -> None:
        """Accept requests without the cookie: no browser sends them."""

    async def post(self) -> None:
        if len(self.request.body) > self.LONGEST_BODY:
            self._refuse(413, "Too long")
            return
        try:
            name = self._messages.read(self.request.headers, self.request.body)
        except MessageRefused as refused:
            self.log.warning("Request to end sessions refused: %s", refused)
            self._refuse(403, str(refused))
            return
        if name is not None:
            user: Any = self.find_user(name)
            if user is None:
                self._refuse(404, "No such user")
                return
            count = end_all_sessions(self.db, user.orm_user)
            self.log.info("Ended all sessions of %s: %d tokens", name, count)
        self.set_status(204)
        self.finish()

    def _refuse(self, status: int, message: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"status": status, "message": message}))
