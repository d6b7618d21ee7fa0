"""Admin of accounts."""

from allauth.idp.oidc.models import Client, Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from accounts.forms import AccountChangeForm, AccountCreationForm
from accounts.models import User
from portal.persian.admin_dates import LocalizedDatesAdmin
from portal.persian.admin_search import FoldedSearchAdmin


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


# `manage.py prepare` creates the only client, the Hub; staff edit no tokens, no second
# factors and no sessions.
admin.site.unregister([Client, Token, Authenticator, UserSession])
