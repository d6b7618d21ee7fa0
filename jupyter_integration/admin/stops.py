"""Admin of stops and of access revocations."""

from django.contrib import admin

from jupyter_integration.admin.read_only import ReadOnlyAdmin
from jupyter_integration.models import HubRevocation, StopRequest


@admin.register(StopRequest)
class StopRequestAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "user", "requested_by", "created_at", "finished_at", "stopped")
    list_select_related = ("user", "requested_by")
    search_fields = ("user__names_for_search", "user__hub_username")


@admin.register(HubRevocation)
class HubRevocationAdmin(ReadOnlyAdmin):
    list_display = ("hub_username", "created_at")
