"""Admin of servers: one module per model, registered when this package is imported."""

from jupyter_integration.admin.events import HubEventAdmin
from jupyter_integration.admin.help_requests import HelpRequestAdmin
from jupyter_integration.admin.people import PeopleAdmin
from jupyter_integration.admin.saved_answers import SavedAnswerAdmin
from jupyter_integration.admin.starts import SpawnRequestAdmin
from jupyter_integration.admin.stops import HubRevocationAdmin, HubSessionEndAdmin, StopRequestAdmin

__all__ = [
    "HelpRequestAdmin",
    "HubEventAdmin",
    "HubRevocationAdmin",
    "HubSessionEndAdmin",
    "PeopleAdmin",
    "SavedAnswerAdmin",
    "SpawnRequestAdmin",
    "StopRequestAdmin",
]
