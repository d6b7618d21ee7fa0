"""Request of a user for their server."""

import logging

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services.settle_addresses import lacks_confirmed_address
from jupyter_integration.models import SpawnRequest
from jupyter_integration.tasks import process_spawn_queue
from portal.enqueue import enqueue_on_commit

logger = logging.getLogger(__name__)


class AccountInactiveError(Exception):
    """The account that requests a server is inactive."""


class AddressNotConfirmedError(Exception):
    """The owner of the account signed up and has not confirmed an address yet."""


def request_spawn(*, user: User, next_path: str = "") -> SpawnRequest:
    """Queue a start, or return the pending one: two clicks are one start.

    `next_path` is the wanted page in the user's server, "" for the usual one. The caller has
    checked that it lies in the user's own server. No call goes to the Hub.

    Raises AccountInactiveError and AddressNotConfirmedError.
    """
    if not user.is_active:
        raise AccountInactiveError(user.pk)
    if lacks_confirmed_address(user):
        raise AddressNotConfirmedError(user.pk)
    for _attempt in range(3):
        try:
            return _insert(user, next_path)
        except IntegrityError as error:
            # The constraint decides: a check would let two simultaneous clicks pass.
            refused = error
        present = SpawnRequest.objects.wanted().filter(user=user).first()
        if present is None:  # it ended at this moment: insert a new one
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
