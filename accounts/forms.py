"""allauth's forms, for people who type on a Persian keyboard; and the profile."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField
from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.usernames import fold_username
from portal.persian.text import fold_digits, fold_letters


def fold_address(text: str) -> str:
    """Return an e-mail address with Latin digits, without what copying adds invisibly."""
    return fold_letters(fold_digits(text)).strip()


class AddressField(EmailField):
    """An e-mail address that may be typed with Persian digits."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(fold_address(value) if isinstance(value, str) else value)


class LoginForm(allauth_forms.LoginForm):
    def clean_login(self) -> str:
        login = self.cleaned_data["login"]
        return fold_address(login) if "@" in login else fold_username(login)


class SignupForm(allauth_forms.SignupForm):
    email = AddressField()

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
            # Sign-up says the same of a taken address: there is nothing to hide here.
            raise get_adapter().validation_error("email_taken")
        return address


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    email = AddressField(required=True)


class AccountCreationForm(AdminUserCreationForm):
    """The admin's form for a new account."""

    def clean_username(self) -> str:
        self.cleaned_data["username"] = fold_username(self.cleaned_data["username"])
        return super().clean_username()


class AccountChangeForm(UserChangeForm):
    """The admin's form for an account."""

    def clean_username(self) -> str:
        return fold_username(self.cleaned_data["username"])


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("first_name", "last_name", "language")
        help_texts = {"language": _("The language of the portal's pages and e-mails.")}

    def save(self, commit: bool = True) -> User:
        """Write only what the form shows: the rest of the account may have changed meanwhile."""
        user: User = super().save(commit=False)
        if commit:
            user.save(update_fields=self._meta.fields)
        return user
