"""Storage of messages ("Your profile is saved."): a cookie that only its own reader accepts.

A signed cookie of Django fits every browser. A notebook's page can set cookies for the common
parent domain, and so could put the message of one person under the page of another.
"""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.core import signing
from django.http import HttpResponse


class OwnCookieStorage(CookieStorage):
    """Cookie of this host alone, signed for the account that reads it."""

    cookie_name = settings.MESSAGES_COOKIE_NAME

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Message] | None, bool]:
        self.signer = self._signer_of_reader()
        return super()._get(*args, **kwargs)  # type: ignore[misc, no-any-return]

    def _store(
        self, messages: list[Message], response: HttpResponse, *args: Any, **kwargs: Any
    ) -> list[Message]:
        # Again: the request may have signed somebody in or out.
        self.signer = self._signer_of_reader()
        return super()._store(messages, response, *args, **kwargs)  # type: ignore[misc, no-any-return]

    def _signer_of_reader(self) -> signing.TimestampSigner:
        return signing.get_cookie_signer(salt=f"portal.messages.{self.request.user.pk}")


class OwnMessages(FallbackStorage):
    """The cookie, and the session for what does not fit into it."""

    storage_classes = (OwnCookieStorage, SessionStorage)
