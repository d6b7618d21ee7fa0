"""allauth's forms, for people who type on a Persian keyboard; and the profile."""

from allauth.account import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.usernames import fold_username
from portal.persian_text import fold_digits, fold_letters


class LoginForm(allauth_forms.LoginForm):
    def clean_login(self) -> str:
        login = self.cleaned_data["login"]
        return fold_digits(login).strip() if "@" in login else fold_username(login)


class SignupForm(allauth_forms.SignupForm):
    def clean_username(self) -> str:
        self.cleaned_data["username"] = fold_username(self.cleaned_data["username"])
        return super().clean_username()


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("first_name", "last_name", "language")
        help_texts = {"language": _("The language of the portal's pages and mails.")}

    def clean_first_name(self) -> str:
        return fold_letters(self.cleaned_data["first_name"]).strip()

    def clean_last_name(self) -> str:
        return fold_letters(self.cleaned_data["last_name"]).strip()
