"""Mail without a mail server: in trial mode each one is printed and kept as a file."""

import sys
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend


class PrintedAndKeptEmailBackend(EmailBackend):
    """Writes mails below EMAIL_FILE_PATH, and to the log of the process that sends them."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            print(message.message().as_string(), file=sys.stderr)  # noqa: T201
        return super().send_messages(email_messages)
