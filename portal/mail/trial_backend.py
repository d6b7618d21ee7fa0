"""Email backend of the trial mode: logs each mail and writes it to a file."""

import sys
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend


class LogAndFileEmailBackend(EmailBackend):
    """Write mails into EMAIL_FILE_PATH, and to the standard error of the sending process."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            print(message.message().as_string(), file=sys.stderr)  # noqa: T201
        return super().send_messages(email_messages)
