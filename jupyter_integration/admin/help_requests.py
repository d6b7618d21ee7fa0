"""Admin of support requests: the thread, an answer to it, and the facts of the request."""

from typing import Any, cast
from urllib.parse import quote

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.settle_addresses import confirmed_main_address
from jupyter_integration.admin import guidance
from jupyter_integration.admin.answer_form import (
    ANSWER,
    ANSWER_AND_CLOSE,
    CLOSE,
    REOPEN,
    AnswerForm,
)
from jupyter_integration.admin.read_only import ReadOnlyAdmin
from jupyter_integration.models import HelpRequest
from jupyter_integration.models.help_request import HelpRequestQuerySet
from jupyter_integration.references import number_of
from jupyter_integration.services.answer_help import (
    SentAnswer,
    answer_help,
    close_help,
    reopen_help,
)
from jupyter_integration.services.read_thread import read_thread
from portal.bounded_paginator import BoundedPaginator
from portal.persian.text import search_key


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(HelpRequest.State.choices)

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[HelpRequest]
    ) -> QuerySet[HelpRequest]:
        state = self.value()
        if state in HelpRequest.State.values:
            return cast(HelpRequestQuerySet, queryset).in_state(state)
        return queryset


@admin.register(HelpRequest)
class HelpRequestAdmin(ReadOnlyAdmin):
    form = AnswerForm
    list_display = (
        "reference",
        "state",
        "user",
        "beginning",
        "failure_code",
        "created_at",
        "answered_at",
        "answered_by",
    )
    list_filter = (StateFilter, "failure_code", "created_at")
    list_select_related = ("user", "answered_by")
    search_fields = ("user__names_for_search", "user__hub_username", "words_form")
    folded_columns = {"words_form": "words"}
    show_full_result_count = False
    paginator = BoundedPaginator
    actions = ("close_requests",)

    @admin.display(description=_("Reference"), ordering="id")
    def reference(self, asked: HelpRequest) -> str:
        return asked.reference

    @admin.display(description=_("what the user wrote"))
    def beginning(self, asked: HelpRequest) -> SafeString:
        shown = asked.words if len(asked.words) <= 60 else f"{asked.words[:59]}…"
        return format_html('<span lang="" dir="auto">{}</span>', shown or "-")

    @admin.display(description=_("state"))
    def state(self, asked: HelpRequest) -> str:
        return str(asked.state.label)

    @admin.display(description=_("Email address"))
    def address(self, asked: HelpRequest) -> SafeString | str:
        address = asked.user.email
        if not address:
            return gettext("This user has no email address.")
        is_mailed = confirmed_main_address(user=asked.user) == address
        return format_html(
            '<a href="mailto:{}?subject={}"><bdi dir="ltr">{}</bdi></a> · {}',
            address,
            quote(f"[{asked.reference}]"),
            address,
            gettext("Confirmed: answers are mailed to it.")
            if is_mailed
            else gettext("Not confirmed: answers are only shown in the portal."),
        )

    @admin.display(description=_("start"))
    def start(self, asked: HelpRequest) -> SafeString | str:
        if asked.spawn_request is None:
            return "-"
        address = reverse(
            "admin:jupyter_integration_spawnrequest_change", args=[asked.spawn_request_id]
        )
        reference = asked.spawn_request.reference
        return format_html('<a href="{}"><bdi dir="ltr">{}</bdi></a>', address, reference)

    @admin.display(description=_("What to do"))
    def advice(self, asked: HelpRequest) -> SafeString | str:
        return guidance.show_advice(asked.spawn_request) if asked.spawn_request else "-"

    @admin.display(description=_("Message from JupyterHub"))
    def hub_message(self, asked: HelpRequest) -> SafeString | str:
        return guidance.as_code(asked.hub_words) if asked.hub_words else gettext("none")

    @admin.display(description=_("browser"))
    def shown_browser(self, asked: HelpRequest) -> SafeString | str:
        return guidance.as_code(asked.browser) if asked.browser else "-"

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        facts = ("user", "address", "start", "failure_code", "advice", "hub_message")
        dates = ("server_state", "created_at", "shown_browser", "language", "answered_at")
        return self.localize_dates((*facts, *dates, "answered_by", "closed_at"))

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """Leave out the facts that this request does not have."""
        fields = super().get_fields(request, obj)
        if not isinstance(obj, HelpRequest):
            return fields
        facts = {
            "start": obj.spawn_request_id,
            "failure_code": obj.failure_code,
            "advice": obj.spawn_request_id and obj.failure_code,
            "hub_message": obj.hub_words,
            "shown_browser": obj.browser,
            "answered_at": obj.answered_at,
            "answered_by": obj.answered_by_id,
            "closed_at": obj.closed_at,
        }
        missing = set(self.localize_dates(name for name, fact in facts.items() if not fact))
        return [name for name in fields if name not in missing]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[AnswerForm]:
        form = cast(type[AnswerForm], super().get_form(request, obj, change, **kwargs))
        form.staff = cast(User, request.user)
        return form

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: HelpRequest | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context["thread"] = read_thread(help_request=obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(
        self, request: HttpRequest, obj: HelpRequest, form: AnswerForm, change: bool
    ) -> None:
        staff = cast(User, request.user)
        if form.pressed(ANSWER, ANSWER_AND_CLOSE):
            sent = answer_help(
                help_request=obj,
                staff=staff,
                text=form.cleaned_data["text"],
                last_seen=form.cleaned_data["last_seen"] or 0,
                closes=form.pressed(ANSWER_AND_CLOSE),
            )
            self.message_user(request, _describe(sent), messages.SUCCESS)
        elif form.pressed(CLOSE):
            close_help(help_request=obj, staff=staff)
            self.message_user(request, gettext("The request is closed."), messages.SUCCESS)
        elif form.pressed(REOPEN):
            reopen_help(help_request=obj)
            self.message_user(request, gettext("The request is open again."), messages.SUCCESS)

    def response_change(self, request: HttpRequest, obj: HelpRequest) -> HttpResponse:
        """Show the page again, with what happened; Django's own message says less."""
        return redirect(request.path)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[HelpRequest], search_term: str
    ) -> tuple[QuerySet[HelpRequest], bool]:
        term = search_key(search_term)
        number = number_of(term, "H")
        if number is not None and not term.isdigit():
            return queryset.filter(pk=number), False
        found, duplicates = super().get_search_results(request, queryset, search_term)
        return (found | queryset.filter(pk=number) if number is not None else found), duplicates

    @admin.action(description=_("Close"), permissions=["change"])
    def close_requests(self, request: HttpRequest, queryset: QuerySet[HelpRequest]) -> None:
        staff = cast(User, request.user)
        count = sum(close_help(help_request=asked, staff=staff) for asked in queryset)
        self.message_user(
            request,
            ngettext("%(count)d request is closed.", "%(count)d requests are closed.", count)
            % {"count": count},
            messages.SUCCESS,
        )


def _describe(sent: SentAnswer) -> str:
    if sent.mailed_to:
        return gettext("Your answer is recorded, and an email to the user is on its way.")
    return gettext(
        "Your answer is recorded. It is not mailed, because the user has no confirmed address; "
        "the user sees it in the portal."
    )
