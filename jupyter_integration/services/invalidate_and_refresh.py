"""Something told of a change of a user's server: have the Hub read."""

from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from jupyter_integration.tasks import refresh_server
from portal.enqueue import enqueue_on_commit


def invalidate_and_refresh(*, user_id: int) -> None:
    """Drop what is known of the user's server, and wake a reading of what is true now.

    What is known goes on being shown until then, and no reading that began before this moment
    counts. While a start of ours is open its worker follows the Hub itself: nobody else needs to.
    """
    snapshots.drop(user_id)
    if not SpawnRequest.objects.open().filter(user_id=user_id).exists():
        enqueue_on_commit(refresh_server, user_id)
