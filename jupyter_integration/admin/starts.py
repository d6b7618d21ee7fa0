"""Admin of starts: reasons of failures, advice, and actions for staff."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from jupyter_integration.admin import guidance
from jupyter_integration.admin.read_only import ReadOnlyAdmin
from jupyter_integration.admin.search import find_starts
from jupyter_integration.models import SpawnRequest
from jupyter_integration.services.request_stop import request_cancel, request_stop
from portal.bounded_paginator import BoundedPaginator
from portal.persian.dates import until

_RELATED_FIELDS = ("events", "support_requests", "others", "log")


@admin.register(SpawnRequest)
class SpawnRequestAdmin(ReadOnlyAdmin):
    list_display = ("reference", "user", "state", "reason", "resolver", "created_at", "took")
    list_filter = ("state", "failure_code", "created_at")
    list_select_related = ("user",)
    # find_starts does the search; the admin shows the search field only if this is set.
    search_fields = ("id",)
    search_help_text = _("A reference code, a person's name, or part of a message from JupyterHub.")
    show_full_result_count = False
    paginator = BoundedPaginator
    actions = ("cancel_starts", "stop_servers")

    @admin.display(description=_("Reference"), ordering="id")
    def reference(self, start: SpawnRequest) -> str:
        return start.reference

    @admin.display(description=_("reason"), ordering="failure_code")
    def reason(self, start: SpawnRequest) -> str:
        return start.get_failure_code_display() or "-"

    @admin.display(description=_("Who can fix it"))
    def resolver(self, start: SpawnRequest) -> SafeString | str:
        return guidance.show_resolver(start)

    @admin.display(description=_("Duration"))
    def took(self, start: SpawnRequest) -> str:
        return until(start.created_at, start.finished_at or timezone.now())

    @admin.display(description=_("What the user sees"))
    def cause(self, start: SpawnRequest) -> SafeString | str:
        return guidance.show_cause(start)

    @admin.display(description=_("What to do"))
    def advice(self, start: SpawnRequest) -> SafeString | str:
        return guidance.show_advice(start)

    @admin.display(description=_("Message from JupyterHub"))
    def hub_message(self, start: SpawnRequest) -> SafeString | str:
        return guidance.show_hub_message(start)

    @admin.display(description=_("Log lines of this start"))
    def log(self, start: SpawnRequest) -> SafeString:
        return guidance.show_log_command(start)

    @admin.display(description=_("JupyterHub's events during this start"))
    def events(self, start: SpawnRequest) -> SafeString | str:
        return guidance.show_events(start)

    @admin.display(description=_("Other starts by this user"))
    def others(self, start: SpawnRequest) -> SafeString:
        return guidance.show_others(start)

    @admin.display(description=_("Support requests about this start"))
    def support_requests(self, start: SpawnRequest) -> SafeString | str:
        return guidance.show_help_requests(start)

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        has_failed = obj is not None and cast(SpawnRequest, obj).failure_code
        failure = ["cause", "resolver", "advice"] if has_failed else []
        rest = [
            name
            for name in super().get_readonly_fields(request, obj)
            if name not in ("message", "failure_code", "next_path", "user", "state")
        ]
        beginning = ["user", "state", "took", *failure, "hub_message"]
        return [*beginning, *_RELATED_FIELDS, *rest, "next_path"]

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        return list(self.get_fields(request, obj))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SpawnRequest], search_term: str
    ) -> tuple[QuerySet[SpawnRequest], bool]:
        return find_starts(queryset, search_term), False

    @admin.action(description=_("Cancel the start"), permissions=["change"])
    def cancel_starts(self, request: HttpRequest, queryset: QuerySet[SpawnRequest]) -> None:
        # Only if the selected row itself is open: an old row is not the current start of its user.
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
