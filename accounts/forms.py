"""Forms of allauth for Persian keyboards and password managers, and the form of the profile."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import guessing
from accounts.addresses import AddressField, AddressInput, fold_address
from accounts.models import User
from accounts.usernames import fold_username

# A password manager fills the field in, and a phone neither corrects nor capitalises a name.
USERNAME_ATTRIBUTES = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= USERNAME_ATTRIBUTES

    def clean_login(self) -> str:
        login = self.cleaned_data["login"]
        return fold_address(login) if "@" in login else fold_username(login)


class SignupForm(allauth_forms.SignupForm):
    email = AddressField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= USERNAME_ATTRIBUTES

    def clean_username(self) -> str:
        self.cleaned_data["username"] = fold_username(self.cleaned_data["username"])
        return super().clean_username()


class AddEmailForm(allauth_forms.AddEmailForm):
    email = AddressField(required=True)

    def clean_email(self) -> str:
        address = super().clean_email()
        others = User.objects.filter(email=address).exclude(pk=self.user.pk)
        of_others = EmailAddress.objects.filter(email=address).exclude(user=self.user)
        if others.exists() or of_others.exists():
            # Sign-up shows the same message for a taken address: it hides nothing.
            raise get_adapter().validation_error("email_taken")
        return address


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    email = AddressField(required=True)

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the link to the account's owner.

        An address without an account gets none, but a mail to nobody is written all the same: the
        time until the response shows no stranger which addresses have accounts.
        """
        if not self.users:
            request_password_reset(request, "", [User(pk=0, username="-")], None)
        return super().save(request, **kwargs)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def clean_oldpassword(self) -> str:
        """Count a wrong password as one at sign-in: an open session is no way to guess it."""
        guess = guessing.begin(allauth_context.request, guessing.PASSWORD, self.user)
        password = super().clean_oldpassword()
        guess.succeeded()
        return password


class AccountCreationForm(AdminUserCreationForm):
    """Admin form of a new account."""

    def clean_username(self) -> str:
        self.cleaned_data["username"] = fold_username(self.cleaned_data["username"])
        return super().clean_username()


class AccountChangeForm(UserChangeForm):
    """Admin form of an account."""

    email = AddressField(
        required=False,
        label=_("e-mail address"),
        widget=AddressInput({"class": "vTextField", "autocomplete": "off"}),
    )

    def clean_username(self) -> str:
        return fold_username(self.cleaned_data["username"])


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("first_name", "last_name", "language")
        help_texts = {"language": _("The language of the portal's pages and e-mails.")}

    def save(self, commit: bool = True) -> User:
        """Save the form's fields only: others may have changed in the meantime."""
        user: User = super().save(commit=False)
        if commit:
            user.save(update_fields=self._meta.fields)
        return user
