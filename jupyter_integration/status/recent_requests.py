"""Recent requests of a user: last starts, last stop, and the last event of a server's end."""

from dataclasses import dataclass

from accounts.models import User
from jupyter_integration.models import HubEvent, SpawnRequest, StopRequest

RECENT_STARTS = 5

_STOP_EVENTS = (HubEvent.Kind.STOPPED, HubEvent.Kind.ENDED_WITH_HUB, HubEvent.Kind.EXITED)


@dataclass(frozen=True, slots=True)
class RecentRequests:
    starts: list[SpawnRequest]
    """The newest first, at most RECENT_STARTS."""
    last_stop: StopRequest | None
    last_stop_event: HubEvent | None = None
    is_first_visit: bool = False
    """Whether the person never had a server: none is known, and the Hub had no such user before."""

    @property
    def last_start(self) -> SpawnRequest | None:
        return self.starts[0] if self.starts else None


def read_recent_requests(user_id: int) -> RecentRequests:
    """Return the user's recent requests, in three queries; in four for a person without any."""
    account = User.objects.filter(pk=user_id)
    hub_username = account.values("hub_username")[:1]
    stop_events = HubEvent.objects.filter(hub_username=hub_username, kind__in=_STOP_EVENTS)
    starts = list(SpawnRequest.objects.filter(user=user_id)[:RECENT_STARTS])
    last_stop = StopRequest.objects.filter(user=user_id).first()
    last_stop_event = stop_events.order_by("-happened_at").first()
    is_first_visit = (
        not starts
        and last_stop is None
        and last_stop_event is None
        and account.filter(hub_user_may_be_older=False).exists()
    )
    return RecentRequests(starts, last_stop, last_stop_event, is_first_visit)
