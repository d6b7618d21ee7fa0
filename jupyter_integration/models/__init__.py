from jupyter_integration.models.help_message import HelpMessage
from jupyter_integration.models.help_request import HelpRequest
from jupyter_integration.models.hub_event import HubEvent
from jupyter_integration.models.hub_revocation import HubRevocation
from jupyter_integration.models.hub_session_end import HubSessionEnd
from jupyter_integration.models.saved_answer import SavedAnswer
from jupyter_integration.models.spawn_request import SpawnRequest
from jupyter_integration.models.stop_request import StopRequest

__all__ = [
    "HelpMessage",
    "HelpRequest",
    "HubEvent",
    "HubRevocation",
    "HubSessionEnd",
    "SavedAnswer",
    "SpawnRequest",
    "StopRequest",
]
