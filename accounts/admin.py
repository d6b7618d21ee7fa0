"""Admin of accounts."""

from typing import Any

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client, Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.forms import AccountChangeForm, AccountCreationForm
from accounts.models import User
from accounts.services.remove_second_factor import remove_second_factor
from accounts.staff_rights import RIGHTS, may_manage, ordinary_accounts
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return what lists, pages, actions and autocompletion of this reader find."""
        accounts = super().get_queryset(request)
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


def _may_manage(request: HttpRequest, account: User | None) -> bool:
    return account is None or may_manage(request.user, account)


class AddressAdmin(EmailAddressAdmin):
    """Admin of e-mail addresses: whoever adds one to an account can reset its password."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmailAddress]:
        addresses = super().get_queryset(request)
        if request.user.is_superuser:
            return addresses
        return addresses.filter(ordinary_accounts("user__"))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        if db_field.name == "user" and not request.user.is_superuser:
            kwargs["queryset"] = User.objects.filter(ordinary_accounts())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.action(description=_("Mark the selected addresses as confirmed"), permissions=["change"])
    def make_verified(self, request: HttpRequest, queryset: QuerySet[EmailAddress]) -> None:
        super().make_verified(request, queryset)


class RightsAdmin(GroupAdmin):
    """Admin of groups: whoever changes a group changes the rights of its members."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_superuser

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_superuser


admin.site.unregister([EmailAddress, Group])
admin.site.register(EmailAddress, AddressAdmin)
admin.site.register(Group, RightsAdmin)

# `manage.py prepare` creates the only client, the Hub; staff edit no tokens, no second
# factors and no sessions.
admin.site.unregister([Client, Token, Authenticator, UserSession])
