"""Admin of people with their servers: the list of accounts that staff use every day."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.admin import AccountAdmin
from accounts.models import User
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.request_stop import request_stop
from jupyter_integration.status.many_servers import server_states
from portal.persian.numbers import number

STATE_WORDS: dict[ServerState, str | Promise] = {
    ServerState.STOPPED: pgettext_lazy("server", "Stopped"),
    ServerState.QUEUED: pgettext_lazy("server", "Queued"),
    ServerState.STARTING: pgettext_lazy("server", "Starting"),
    ServerState.READY: pgettext_lazy("server", "Running"),
    ServerState.STOPPING: pgettext_lazy("server", "Stopping"),
    ServerState.UNKNOWN: pgettext_lazy("server", "Unknown"),
}

admin.site.unregister(User)


@admin.register(User)
class PeopleAdmin(AccountAdmin):
    list_display = (
        "full_name",
        "username",
        "email",
        "server",
        "last_login",
        "is_active",
        "is_staff",
    )
    list_display_links = ("full_name", "username")
    actions = ("stop_servers", "deactivate", "activate", *AccountAdmin.actions)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Read the states of all shown servers at once: a query for each row would be slow."""
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        states = server_states([row.pk for row in rows])
        for row in rows:
            row.server_state = states[row.pk]
        changelist.result_list = rows
        return changelist

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name() or "-"

    @admin.display(description=_("server"))
    def server(self, user: User) -> str:
        # Only the rows of the list have it; the page of a search in a related field does not.
        return str(STATE_WORDS[getattr(user, "server_state", ServerState.UNKNOWN)])

    @admin.action(description=_("Stop the servers"), permissions=["change"])
    def stop_servers(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        users = list(queryset)
        for user in users:
            request_stop(user=user, requested_by=cast(User, request.user))
            self.log_change(request, user, "Stopped the server.")
        self._report(
            request,
            ngettext(
                "The server of %(shown)s person is being stopped.",
                "The servers of %(shown)s people are being stopped.",
                len(users),
            ),
            len(users),
        )

    @admin.action(
        description=_("Deactivate: no sign-in, and the server stops"), permissions=["change"]
    )
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        others = queryset.exclude(pk=cast(User, request.user).pk)
        changed = self._set_active(request, others, False)
        self._report(
            request,
            ngettext(
                "%(shown)s account is deactivated.", "%(shown)s accounts are deactivated.", changed
            ),
            changed,
        )

    @admin.action(description=_("Activate"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        changed = self._set_active(request, queryset, True)
        self._report(
            request,
            ngettext(
                "%(shown)s account is activated.", "%(shown)s accounts are activated.", changed
            ),
            changed,
        )

    def _set_active(self, request: HttpRequest, users: QuerySet[User], active: bool) -> int:
        """Save each account by itself: the receivers of its change reach the Hub."""
        changing = list(users.filter(is_active=not active))
        for user in changing:
            user.is_active = active
            user.save(update_fields=["is_active"])
            self.log_change(request, user, "Activated." if active else "Deactivated.")
        return len(changing)

    def _report(self, request: HttpRequest, sentence: str, count: int) -> None:
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, sentence % {"shown": number(count)}, level)
