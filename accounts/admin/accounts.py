"""Admin of accounts: their data, passwords and rights."""

from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.forms import AccountChangeForm, AccountCreationForm, PasswordByStaffForm
from accounts.admin.permissions import PermissionsAdmin
from accounts.models import User
from accounts.services.end_sessions import Reason, end_sessions
from accounts.services.remove_second_factor import remove_second_factor
from accounts.services.settle_addresses import is_confirmed_elsewhere, replace_addresses
from accounts.staff_rights import RIGHTS, may_manage, ordinary_accounts
from portal.persian.admin_dates import LocalizedDatesAdmin
from portal.persian.admin_search import FoldedSearchAdmin
from portal.persian.numbers import number


@admin.register(User)
class AccountAdmin(FoldedSearchAdmin, LocalizedDatesAdmin, PermissionsAdmin, UserAdmin):
    form = AccountChangeForm
    add_form = AccountCreationForm
    change_password_form = PasswordByStaffForm
    list_display: tuple[str, ...] = (
        "username",
        "hub_username",
        "email",
        "is_active",
        "is_staff",
        "date_joined",
    )
    list_filter = ("is_active", "is_staff", "is_superuser", "language")
    search_fields = ("names_for_search", "hub_username", "email")
    readonly_fields = ("hub_username", "hub_user_created_at", "last_login", "date_joined")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (_("JupyterHub"), {"fields": ("hub_username", "hub_user_created_at", "language")}),
    )

    actions: tuple[str, ...] = ("confirm_address", "sign_out_everywhere", "remove_second_factor")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save the account. A new address replaces all others; the former main one gets a mail."""
        before = User.objects.values_list("email", flat=True).get(pk=obj.pk) if change else ""
        super().save_model(request, obj, form, change)
        if not change:
            require_new_password(obj)
        if obj.email == before:
            return
        replace_addresses(user=obj, address=obj.email)
        if before:
            context = {"user": obj, "from_email": before, "to_email": obj.email or "–"}
            template = "account/email/email_changed_by_staff"
            get_adapter(request).send_notification_mail(template, obj, context, before)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Set another person's password, which is theirs only after they have changed it."""
        if id == str(request.user.pk):
            return redirect("account_change_password")
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            require_new_password(User.objects.get(pk=id))
        return response

    @admin.action(
        description=_("Confirm the email address and remove all others"), permissions=["change"]
    )
    def confirm_address(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        confirmed = 0
        for user in queryset.exclude(email=""):
            if is_confirmed_elsewhere(user.email, than=user):
                continue
            replace_addresses(user=user, address=user.email)
            self.log_change(request, user, "Confirmed the email address.")
            confirmed += 1
        self.message_user(
            request,
            ngettext(
                "The address of %(shown)s account is confirmed.",
                "The addresses of %(shown)s accounts are confirmed.",
                confirmed,
            )
            % {"shown": number(confirmed)},
            messages.SUCCESS if confirmed else messages.WARNING,
        )

    @admin.action(description=_("Sign out everywhere and stop the server"), permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        accounts = list(queryset)
        for user in accounts:
            end_sessions(user=user, reason=Reason.STAFF)
            self.log_change(request, user, "Ended all sessions.")
        self.message_user(
            request,
            ngettext(
                "%(shown)s account is signed out everywhere.",
                "%(shown)s accounts are signed out everywhere.",
                len(accounts),
            )
            % {"shown": number(len(accounts))},
            messages.SUCCESS,
        )

    @admin.action(
        description=_("Remove second steps (phone and recovery codes are lost)"),
        permissions=["remove_second_factor"],
    )
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        removed = [user for user in queryset if remove_second_factor(user=user)]
        for user in removed:
            self.log_change(request, user, "Removed the second factor.")
        self.message_user(
            request,
            ngettext(
                "The second step of %(shown)s account is removed.",
                "The second steps of %(shown)s accounts are removed.",
                len(removed),
            )
            % {"shown": number(len(removed))},
            messages.SUCCESS if removed else messages.WARNING,
        )

    def has_remove_second_factor_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return what lists, pages, actions and autocompletion of this reader find."""
        accounts = super().get_queryset(request).filter(deletion_requested_at__isnull=True)
        return accounts if request.user.is_superuser else accounts.filter(ordinary_accounts())

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_view_permission(request, obj) and _may_manage(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_manage(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_manage(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Leave out the rights: a field that the form does not have is not saved either."""
        sections = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return sections
        return [
            (name, options | {"fields": [f for f in options["fields"] if f not in RIGHTS]})
            for name, options in sections
        ]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = super().get_list_display(request)
        return columns if request.user.is_superuser else [c for c in columns if c not in RIGHTS]

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = super().get_list_filter(request)
        return filters if request.user.is_superuser else [f for f in filters if f not in RIGHTS]


def require_new_password(user: User) -> None:
    """Let the owner choose a password before anything else: this one is known to others."""
    required = user.has_usable_password()
    User.objects.filter(pk=user.pk).update(password_change_required=required)


def _may_manage(request: HttpRequest, account: User | None) -> bool:
    return account is None or may_manage(request.user, account)
