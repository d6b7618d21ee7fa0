"""Request to end all of a user's sessions on the Hub."""

from jupyter_integration.models import HubSessionEnd, StopRequest
from jupyter_integration.tasks import end_sessions_on_hub
from portal.enqueue import enqueue_on_commit


def request_session_end(
    *, hub_username: str, stop_reason: StopRequest.Reason | None = None
) -> None:
    """Have every browser signed out of the Hub; with a reason, have the server stopped as well.

    Only a stop closes a Lab that is open: users' servers cache for minutes whether a token is
    valid, and connections to kernels stay open (docs/adr/0023-a-new-password-stops-the-server.md).
    """
    # A worker that is at work on the row loses its lease, and the row is worked on once more.
    HubSessionEnd.objects.update_or_create(
        hub_username=hub_username,
        defaults={
            "lease_id": None,
            "lease_expires_at": None,
            "not_before": None,
            **({"stop_reason": stop_reason} if stop_reason else {}),
        },
    )
    enqueue_on_commit(end_sessions_on_hub, hub_username)
