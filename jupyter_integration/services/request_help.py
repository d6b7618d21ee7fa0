"""Help request of a user: stored with the facts of the moment, and mailed to staff."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HelpRequest, SpawnRequest
from jupyter_integration.models.help_request import LONGEST_BROWSER
from jupyter_integration.services.mail_help_request import mail_help_request
from jupyter_integration.status.queries import server_status

logger = logging.getLogger(__name__)

MAX_PER_HOUR = 5
SAME_WITHIN = timedelta(minutes=10)
"""Within this time the same words are the same request, sent twice."""


class TooManyHelpRequestsError(Exception):
    """The user has sent MAX_PER_HOUR requests within the last hour."""


def request_help(
    *, user: User, words: str, about: SpawnRequest | None = None, browser: str = ""
) -> HelpRequest:
    """Store the request and mail it to staff; return the stored one if it is sent twice.

    `about` is one of the user's own starts; without it, the failed start that their page shows, if
    any. No call goes to the Hub, and the mail server is not waited for.

    Raises TooManyHelpRequestsError.
    """
    status = server_status(user)
    if about is None and status.failure is not None:
        about = SpawnRequest.objects.filter(user=user).first()  # the last one, which the page shows
    with transaction.atomic():
        # One request of a user at a time: two clicks together must not both pass the count.
        User.objects.select_for_update().get(pk=user.pk)
        if same := _same(user, words, about):
            return same
        hour_ago = timezone.now() - timedelta(hours=1)
        lately = HelpRequest.objects.filter(user=user, created_at__gt=hour_ago)
        if lately.count() >= MAX_PER_HOUR:
            raise TooManyHelpRequestsError
        help_request = HelpRequest.objects.create(
            user=user,
            spawn_request=about,
            words=words,
            server_state=status.state.value,
            failure_code=about.failure_code if about else "",
            hub_words=about.message if about else "",
            browser=browser[:LONGEST_BROWSER],
            language=user.language,
        )
        mail_help_request(help_request=help_request)
    logger.info("%s: %s asks for help with %s", help_request, user.hub_username, about or "nothing")
    return help_request


def _same(user: User, words: str, about: SpawnRequest | None) -> HelpRequest | None:
    return (
        HelpRequest.objects.unanswered()
        .filter(user=user, words=words, spawn_request=about)
        .filter(created_at__gt=timezone.now() - SAME_WITHIN)
        .first()
    )
