"""A user asks for their server."""

import logging

from django.db import IntegrityError, transaction

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.tasks import process_spawn_queue
from portal.enqueue import enqueue_on_commit

logger = logging.getLogger(__name__)


class AccountInactiveError(Exception):
    """Somebody without an active account asked for a server."""


def request_spawn(*, user: User, next_path: str = "") -> SpawnRequest:
    """Put a start in line, or return the one that already is: two presses are one start.

    `next_path` is where in their server the user wants to go, "" for the usual page. The caller
    has checked that it lies in the user's own server. The Hub is not asked here.

    Raises AccountInactiveError.
    """
    if not user.is_active:
        raise AccountInactiveError(user.pk)
    for _attempt in range(3):
        try:
            return _insert(user, next_path)
        except IntegrityError as error:
            # The constraint speaks, so that two presses at the same moment cannot both pass a
            # check.
            refused = error
        present = SpawnRequest.objects.wanted().filter(user=user).first()
        if present is None:  # it ended in this very moment: the press asks for a new one
            continue
        if next_path and present.next_path != next_path:
            SpawnRequest.objects.filter(pk=present.pk).update(next_path=next_path)
            present.next_path = next_path
        return present
    raise refused


def _insert(user: User, next_path: str) -> SpawnRequest:
    with transaction.atomic():
        request = SpawnRequest.objects.create(user=user, next_path=next_path)
        enqueue_on_commit(process_spawn_queue)
    logger.info("%s: %s asked for a server", request.reference, user.hub_username)
    return request
