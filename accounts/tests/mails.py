"""Mails of the portal as a test's person finds them in their mailbox."""

import re

from django.core import mail
from django.test import Client
from django.urls import reverse

RESET = "password/reset/key"
CONFIRM = "confirm-email"


def links_to(kind: str, address: str) -> list[str]:
    """Return the paths of the links of this kind in the mails to an address, the oldest first."""
    texts = [str(message.body) for message in mail.outbox if address in message.to]
    return re.findall(rf"http://testserver(/accounts/{kind}/\S+)", "\n".join(texts))


def subjects_to(address: str) -> list[str]:
    return [message.subject for message in mail.outbox if address in message.to]


def ask_for_reset(client: Client, workers, address: str = "sara@example.ir") -> list[str]:
    """Return the paths of all reset links that were sent to anybody."""
    with workers.committing():
        client.post(reverse("account_reset_password"), {"email": address})
    workers.work_off()
    return [link for address in _recipients() for link in links_to(RESET, address)]


def _recipients() -> set[str]:
    return {address for message in mail.outbox for address in message.to}
