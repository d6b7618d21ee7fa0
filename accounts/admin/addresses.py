"""Admin of email addresses."""

from typing import Any

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.forms import AddressOfAccountForm
from accounts.models import User
from accounts.services.settle_addresses import (
    add_vouched_address,
    drop_claims,
    is_confirmed_elsewhere,
    release_claims,
)
from accounts.staff_rights import ordinary_accounts

PAGES_THAT_DELETE_ACCOUNTS = frozenset({"accounts_user_delete", "accounts_user_changelist"})
"""Names of the pages on which an account's rows go along with it."""

admin.site.unregister(EmailAddress)


@admin.register(EmailAddress)
class AddressAdmin(EmailAddressAdmin):
    """Admin of email addresses: whoever adds one to an account can reset its password.

    A row is never edited: a link that was sent for one address would confirm another. The main
    address is the account's, and changes on its page.
    """

    form = AddressOfAccountForm
    fields = ("user", "email")

    def get_readonly_fields(self, request: HttpRequest, obj: EmailAddress | None = None) -> Any:
        return ("user", "email", "primary", "verified") if obj is not None else ()

    def get_fields(self, request: HttpRequest, obj: EmailAddress | None = None) -> Any:
        return self.fields if obj is None else (*self.fields, "primary", "verified")

    def save_model(self, request: HttpRequest, obj: EmailAddress, form: Any, change: bool) -> None:
        if not change:
            add_vouched_address(user=obj.user, row=obj)

    def has_delete_permission(self, request: HttpRequest, obj: EmailAddress | None = None) -> bool:
        page = request.resolver_match.url_name if request.resolver_match else ""
        if page in PAGES_THAT_DELETE_ACCOUNTS:
            return super().has_delete_permission(request, obj)
        is_main = obj is not None and obj.primary
        return not is_main and super().has_delete_permission(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[EmailAddress]) -> None:
        super().delete_queryset(request, queryset.filter(primary=False))

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
        # Keys, since a confirmed row is no longer in a list that shows the unconfirmed ones.
        keys = [row.pk for row in queryset if not is_confirmed_elsewhere(row.email, than=row.user)]
        if len(keys) < queryset.count():
            taken = _("Another account has this email address.")
            self.message_user(request, taken, messages.ERROR)
        super().make_verified(request, EmailAddress.objects.filter(pk__in=keys))
        for row in EmailAddress.objects.filter(pk__in=keys, verified=True):
            with transaction.atomic():
                release_claims(row.email, kept_for=row.user)
                drop_claims(user=row.user)
