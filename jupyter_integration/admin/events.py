"""Admin of the Hub's events."""

from django.contrib import admin

from jupyter_integration.admin.read_only import ReadOnlyAdmin
from jupyter_integration.models import HubEvent


@admin.register(HubEvent)
class HubEventAdmin(ReadOnlyAdmin):
    list_display = (
        *("kind", "hub_username", "happened_at", "exit_status", "reason"),
        "last_activity",
    )
    list_filter = ("kind", "happened_at")
    search_fields = ("=hub_username",)
    show_full_result_count = False
