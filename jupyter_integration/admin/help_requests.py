"""Admin of support requests: their facts, an answer by email, and the mark "answered"."""

from typing import Any, cast
from urllib.parse import quote

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jupyter_integration.admin import guidance
from jupyter_integration.admin.read_only import ReadOnlyAdmin
from jupyter_integration.models import HelpRequest
from jupyter_integration.references import number_of
from jupyter_integration.services.answer_help import mark_answered, mark_open
from portal.bounded_paginator import BoundedPaginator
from portal.persian.text import search_key


class OpenFilter(admin.SimpleListFilter):
    """Filter for open and answered requests."""

    title = _("Answered")
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Not answered yet")), ("yes", _("Answered"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[HelpRequest]
    ) -> QuerySet[HelpRequest]:
        if self.value() in ("no", "yes"):
            return queryset.filter(answered_at__isnull=self.value() == "no")
        return queryset


class HelpRequestForm(forms.ModelForm):
    """Form with the only field that staff change."""

    is_answered = forms.BooleanField(label=_("Answered"), required=False)

    class Meta:
        model = HelpRequest
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["is_answered"] = not self.instance.is_open


@admin.register(HelpRequest)
class HelpRequestAdmin(ReadOnlyAdmin):
    form = HelpRequestForm
    has_form = True
    list_display = (
        "reference",
        "user",
        "beginning",
        "failure_code",
        "created_at",
        "answered_at",
        "answered_by",
    )
    list_filter = (OpenFilter, "failure_code", "created_at")
    list_select_related = ("user", "answered_by")
    search_fields = ("user__names_for_search", "user__hub_username", "words_form")
    folded_columns = {"words_form": "words"}
    show_full_result_count = False
    paginator = BoundedPaginator
    actions = ("mark_as_answered",)

    @admin.display(description=_("Reference"), ordering="id")
    def reference(self, asked: HelpRequest) -> str:
        return asked.reference

    @admin.display(description=_("what the user wrote"))
    def beginning(self, asked: HelpRequest) -> SafeString:
        shown = asked.words if len(asked.words) <= 60 else f"{asked.words[:59]}…"
        return format_html('<span lang="" dir="auto">{}</span>', shown or "-")

    @admin.display(description=_("what the user wrote"))
    def written(self, asked: HelpRequest) -> SafeString:
        words = mark_safe(linebreaks(asked.words or "-", autoescape=True))  # noqa: S308 (escaped)
        return format_html('<div lang="" dir="auto">{}</div>', words)

    @admin.display(description=_("Answer by email"))
    def answer(self, asked: HelpRequest) -> SafeString | str:
        if not asked.user.email:
            return gettext("This user has no email address.")
        subject = quote(f"[{asked.reference}]")
        body = quote("\n\n" + "\n".join(f"> {line}" for line in asked.words.splitlines()))
        return format_html(
            '<a href="mailto:{}?subject={}&amp;body={}"><bdi dir="ltr">{}</bdi></a>',
            asked.user.email,
            subject,
            body,
            asked.user.email,
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
        facts = ("user", "written", "answer", "start", "failure_code", "advice", "hub_message")
        dates = ("server_state", "created_at", "shown_browser", "language", "answered_at")
        return self.localize_dates((*facts, *dates, "answered_by"))

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        first, *rest = self.get_readonly_fields(request, obj)
        return [first, rest[0], rest[1], "is_answered", *rest[2:]]

    def save_model(
        self, request: HttpRequest, obj: HelpRequest, form: forms.ModelForm, change: bool
    ) -> None:
        if form.cleaned_data["is_answered"]:
            mark_answered(help_request=obj, answered_by=cast(User, request.user))
        else:
            mark_open(help_request=obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[HelpRequest], search_term: str
    ) -> tuple[QuerySet[HelpRequest], bool]:
        term = search_key(search_term)
        number = number_of(term, "H")
        if number is not None and not term.isdigit():
            return queryset.filter(pk=number), False
        found, duplicates = super().get_search_results(request, queryset, search_term)
        return (found | queryset.filter(pk=number) if number is not None else found), duplicates

    @admin.action(description=_("Mark as answered"), permissions=["change"])
    def mark_as_answered(self, request: HttpRequest, queryset: QuerySet[HelpRequest]) -> None:
        staff = cast(User, request.user)
        count = sum(mark_answered(help_request=asked, answered_by=staff) for asked in queryset)
        self.message_user(
            request,
            ngettext(
                "%(count)d request is marked as answered.",
                "%(count)d requests are marked as answered.",
                count,
            )
            % {"count": count},
            messages.SUCCESS,
        )
