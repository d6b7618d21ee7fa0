"""Forms of accounts and of their addresses in the admin."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    SetUnusablePasswordMixin,
    UserChangeForm,
)
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.addresses import AddressField, AddressInput
from accounts.models import User
from accounts.services.settle_addresses import is_confirmed_elsewhere
from accounts.usernames import fold_username


def vouched_address(address: str, *, user: User) -> str:
    """Return an address that staff give to the account. Raises ValidationError if it is taken."""
    if address and is_confirmed_elsewhere(address, than=user):
        raise forms.ValidationError(_("Another account has this email address."))
    return address


class AccountCreationForm(AdminUserCreationForm):
    """Form of a new account."""

    def clean_username(self) -> str:
        self.cleaned_data["username"] = fold_username(self.cleaned_data["username"])
        return super().clean_username()


class PasswordByStaffForm(AdminPasswordChangeForm):
    """Form of another person's new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "usable_password" in self.fields:
            # Django's own text and its warning, which is English in Django's code.
            self.fields["usable_password"].help_text = format_html(
                '{}<ul id="id_unusable_warning" class="messagelist"><li class="warning">{}</li>'
                "</ul>",
                SetUnusablePasswordMixin.usable_password_help_text,
                _("If you disable it, the present password of this account is lost."),
            )


class AccountChangeForm(UserChangeForm):
    """Form of an account."""

    email = AddressField(
        required=False,
        label=_("email address"),
        help_text=_(
            "You vouch for a new address: it is confirmed at once, and replaces all others."
        ),
        widget=AddressInput({"class": "vTextField", "autocomplete": "off"}),
    )

    def clean_username(self) -> str:
        return fold_username(self.cleaned_data["username"])

    def clean_email(self) -> str:
        return vouched_address(self.cleaned_data["email"], user=self.instance)


class AddressOfAccountForm(forms.ModelForm):
    """Form of one more address of an account."""

    email = AddressField(
        label=_("email address"),
        help_text=_("You vouch for it: it is confirmed at once."),
        widget=AddressInput({"class": "vTextField", "autocomplete": "off"}),
    )

    class Meta:
        model = EmailAddress
        fields = ("user", "email")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("user") and cleaned.get("email"):
            vouched_address(cleaned["email"], user=cleaned["user"])
        return cleaned
