"""Admin of stops, of access revocations and of ends of sessions."""

from django.contrib import admin

from jupyter_integration.admin.read_only import ReadOnlyAdmin
from jupyter_integration.models import HubRevocation, HubSessionEnd, StopRequest


@admin.register(StopRequest)
class StopRequestAdmin(ReadOnlyAdmin):
    list_display = (
        "__str__",
        "user",
        "requested_by",
        "created_at",
        "finished_at",
        "stopped",
        "reason",
    )
    list_select_related = ("user", "requested_by")
    search_fields = ("user__names_for_search", "user__hub_username")


@admin.register(HubRevocation)
class HubRevocationAdmin(ReadOnlyAdmin):
    list_display = ("hub_username", "created_at")


@admin.register(HubSessionEnd)
class HubSessionEndAdmin(ReadOnlyAdmin):
    """A row that stays here for minutes is one that the Hub refuses or cannot answer."""

    list_display = ("hub_username", "created_at", "stop_reason")
