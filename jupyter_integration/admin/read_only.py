"""Rows that only the portal writes, as staff see them."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from portal.persian.admin_dates import DatesInTheReadersCalendar

# How workers share the rows out, and the number that the reference already has.
_NOT_FOR_STAFF = {"id", "lease_id", "lease_expires_at", "not_before"}


_PAGES_THAT_DELETE_ACCOUNTS = frozenset({"accounts_user_delete", "accounts_user_changelist"})


class ReadOnlyAdmin(DatesInTheReadersCalendar):
    """Rows that only the portal writes: staff read them and act by actions.

    They go with the account that they belong to, and in no other way.
    """

    is_only_read = True
    """Whether a row's page has nothing to save."""

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        buttons = dict.fromkeys(("show_save", "show_save_and_continue"), not self.is_only_read)
        return super().change_view(request, object_id, form_url, buttons | (extra_context or {}))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        page = request.resolver_match.url_name if request.resolver_match else ""
        return page in _PAGES_THAT_DELETE_ACCOUNTS  # for those who may delete accounts

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        names = [field.name for field in self.model._meta.fields]
        return self.as_dates(name for name in names if name not in _NOT_FOR_STAFF)

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        return self.get_readonly_fields(request, obj)
