"""Admin base class for rows that only the portal writes."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.admin.addresses import PAGES_THAT_DELETE_ACCOUNTS
from portal.persian.admin_dates import LocalizedDatesAdmin
from portal.persian.admin_search import FoldedSearchAdmin

# Columns of the leases, and the primary key, which the reference shows already.
_HIDDEN_FIELDS = {"id", "lease_id", "lease_expires_at", "not_before"}


class ReadOnlyAdmin(FoldedSearchAdmin, LocalizedDatesAdmin):
    """Admin of rows that staff read and that only the portal writes.

    A row is deleted together with its account and in no other way.
    """

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        no_buttons = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, no_buttons | (extra_context or {}))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        page = request.resolver_match.url_name if request.resolver_match else ""
        # Whoever may delete accounts may delete their rows along with them.
        return page in PAGES_THAT_DELETE_ACCOUNTS

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        names = [field.name for field in self.model._meta.fields]
        return self.localize_dates(name for name in names if name not in _HIDDEN_FIELDS)

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        return self.get_readonly_fields(request, obj)
