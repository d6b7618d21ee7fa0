"""Admin of people: one module per model, registered when this package is imported."""

from allauth.idp.oidc.models import Client, Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin

from accounts.admin.accounts import AccountAdmin
from accounts.admin.addresses import AddressAdmin
from accounts.admin.groups import RightsAdmin

__all__ = ["AccountAdmin", "AddressAdmin", "RightsAdmin"]

# `manage.py prepare` creates the only client, the Hub; staff edit no tokens, no second
# factors and no sessions.
admin.site.unregister([Client, Token, Authenticator, UserSession])
