"""Starts in the admin: what is wrong, and the means to mend it."""

import re
from typing import cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from jupyter_integration.admin.read_only import ReadOnlyAdmin
from jupyter_integration.models import SpawnRequest
from jupyter_integration.services.request_stop import request_cancel, request_stop
from portal.persian_text import search_key


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


def _users_of(queryset: QuerySet[SpawnRequest]) -> list[User]:
    return list(User.objects.filter(spawn_requests__in=queryset).distinct())
