"""Admin of accounts."""

from allauth.idp.oidc.models import Client, Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.forms import AccountChangeForm, AccountCreationForm
from accounts.models import User
from accounts.services.remove_second_factor import remove_second_factor
from portal.persian.admin_dates import LocalizedDatesAdmin
from portal.persian.admin_search import FoldedSearchAdmin
from portal.persian.numbers import number


@admin.register(User)
class AccountAdmin(FoldedSearchAdmin, LocalizedDatesAdmin, UserAdmin):
    form = AccountChangeForm
    add_form = AccountCreationForm
    list_display = ("username", "hub_username", "email", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff", "is_superuser", "language")
    search_fields = ("names_for_search", "hub_username", "email")
    readonly_fields = ("hub_username", "hub_user_created_at", "last_login", "date_joined")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (_("JupyterHub"), {"fields": ("hub_username", "hub_user_created_at", "language")}),
    )

    actions = ("remove_second_factor",)

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


# `manage.py prepare` creates the only client, the Hub; staff edit no tokens, no second
# factors and no sessions.
admin.site.unregister([Client, Token, Authenticator, UserSession])
