"""Admin of accounts."""

from allauth.idp.oidc.models import Client, Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.forms import AccountChangeForm, AccountCreationForm
from accounts.models import User
from portal.persian.admin_dates import LocalizedDatesAdmin
from portal.persian.search import without_joiners
from portal.persian.text import search_key


@admin.register(User)
class AccountAdmin(LocalizedDatesAdmin, UserAdmin):
    form = AccountChangeForm
    add_form = AccountCreationForm
    list_display = ("username", "hub_username", "email", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff", "is_superuser", "language")
    search_fields = ("username", "hub_username", "email", "first_name_joined", "last_name_joined")
    readonly_fields = ("hub_username", "hub_user_created_at", "last_login", "date_joined")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (_("JupyterHub"), {"fields": ("hub_username", "hub_user_created_at", "language")}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        joined = queryset.alias(
            first_name_joined=without_joiners("first_name"),
            last_name_joined=without_joiners("last_name"),
        )
        return super().get_search_results(request, joined, search_key(search_term))


# `manage.py prepare` creates the only client, the Hub; staff edit no tokens, no second
# factors and no sessions.
admin.site.unregister([Client, Token, Authenticator, UserSession])
