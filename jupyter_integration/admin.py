"""Starts and stops in the admin: what is wrong, and the means to mend it."""

import re
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from jupyter_integration.models import HubRevocation, SpawnRequest, StopRequest
from jupyter_integration.services.request_stop import request_cancel, request_stop
from portal.admin_dates import DatesInTheReadersCalendar
from portal.persian_text import search_key

# How workers share the rows out, and the number that the reference already has.
_NOT_FOR_STAFF = {"id", "lease_id", "lease_expires_at", "not_before"}


_PAGES_THAT_DELETE_ACCOUNTS = frozenset({"accounts_user_delete", "accounts_user_changelist"})


class ReadOnlyAdmin(DatesInTheReadersCalendar):
    """Rows that only the portal writes: staff read them and act by actions.

    They go with the account that they belong to, and in no other way.
    """

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


@admin.register(SpawnRequest)
class SpawnRequestAdmin(ReadOnlyAdmin):
    list_display = (
        "reference",
        "user",
        "state",
        "failure_code",
        "progress",
        "created_at",
        "finished_at",
    )
    list_filter = ("state", "failure_code", "created_at")
    list_select_related = ("user",)
    search_fields = ("=id", "user__username", "user__hub_username", "message")
    show_full_result_count = False
    actions = ("cancel_starts", "stop_servers")

    @admin.display(description=_("Reference"), ordering="id")
    def reference(self, spawn_request: SpawnRequest) -> str:
        return spawn_request.reference

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SpawnRequest], search_term: str
    ) -> tuple[QuerySet[SpawnRequest], bool]:
        # Users give the reference of their page: S123.
        term = re.sub(r"^s([0-9]+)$", r"\1", search_key(search_term))
        return super().get_search_results(request, queryset, term)

    @admin.action(description=_("Cancel the start"), permissions=["change"])
    def cancel_starts(self, request: HttpRequest, queryset: QuerySet[SpawnRequest]) -> None:
        # Of those that are chosen: an old row is not its user's start of today.
        open_starts = queryset.filter(state__in=SpawnRequest.OPEN_STATES)
        count = sum(request_cancel(user=user) for user in _users_of(open_starts))
        self.message_user(
            request,
            ngettext(
                "%(count)d start is being cancelled.",
                "%(count)d starts are being cancelled.",
                count,
            )
            % {"count": count},
            messages.SUCCESS,
        )

    @admin.action(description=_("Stop the user's server"), permissions=["change"])
    def stop_servers(self, request: HttpRequest, queryset: QuerySet[SpawnRequest]) -> None:
        users = _users_of(queryset)
        for user in users:
            request_stop(user=user, requested_by=cast(User, request.user))
        self.message_user(
            request,
            ngettext(
                "%(count)d server is being stopped.",
                "%(count)d servers are being stopped.",
                len(users),
            )
            % {"count": len(users)},
            messages.SUCCESS,
        )


@admin.register(StopRequest)
class StopRequestAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "user", "requested_by", "created_at", "finished_at", "stopped")
    list_select_related = ("user", "requested_by")
    search_fields = ("user__username", "user__hub_username")


@admin.register(HubRevocation)
class HubRevocationAdmin(ReadOnlyAdmin):
    list_display = ("hub_username", "created_at")


def _users_of(queryset: QuerySet[SpawnRequest]) -> list[User]:
    return list(User.objects.filter(spawn_requests__in=queryset).distinct())
