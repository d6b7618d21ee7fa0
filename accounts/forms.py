"""Forms of allauth for Persian keyboards and password managers, and the form of the profile."""

from typing import Any

from allauth.account import app_settings
from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import guessing
from accounts.addresses import AddressField, admitted_domains, fold_address, is_address_admitted
from accounts.models import User
from accounts.models.user import LONGEST_NAME
from accounts.services.settle_addresses import confirm_by_reset, is_address_claimed, may_reset
from accounts.usernames import fold_username
from portal.persian.text import fold_name

# A password manager fills the field in, and a phone neither corrects nor capitalises a name.
USERNAME_ATTRIBUTES = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}

# What a browser fills in for them (WCAG 2.2, 1.3.5).
NAME_AUTOCOMPLETE = {"first_name": "given-name", "last_name": "family-name"}


class NameField(forms.CharField):
    """Given or family name, in the spelling of `User.clean`, which a sign-up does not call."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_NAME, required=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return fold_name(super().to_python(value) or "")


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= USERNAME_ATTRIBUTES

    def clean_login(self) -> str:
        login = self.cleaned_data["login"]
        return fold_address(login) if "@" in login else fold_username(login)


def complete_names(form: forms.BaseForm) -> None:
    for name, what in NAME_AUTOCOMPLETE.items():
        form.fields[name].widget.attrs["autocomplete"] = what


def show_admitted_domains(field: forms.Field) -> None:
    if domains := admitted_domains():
        field.help_text = _("Only addresses of %(domains)s.") % {"domains": domains}


def admitted_address(address: str) -> str:
    """Return the address. Raises ValidationError if its domain is not of SIGNUP_EMAIL_DOMAINS."""
    if not is_address_admitted(address):
        raise forms.ValidationError(
            _("Use an address of %(domains)s.") % {"domains": admitted_domains()}
        )
    return address


class SignupForm(allauth_forms.SignupForm):
    # Lists of staff and lecturers show names. Without one an account works as well.
    first_name = NameField(
        label=_("First name"), help_text=_("Optional. Your lecturers find you by your name.")
    )
    last_name = NameField(label=_("Last name"))
    email = AddressField()
    field_order = ("first_name", "last_name", "username", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= USERNAME_ATTRIBUTES
        complete_names(self)
        self.fields["username"].help_text = _(
            "For example your student number; Persian digits work too."
        )
        show_admitted_domains(self.fields["email"])

    def clean_email(self) -> str:
        return admitted_address(super().clean_email())

    def clean_username(self) -> str:
        self.cleaned_data["username"] = fold_username(self.cleaned_data["username"])
        return super().clean_username()

    def clean(self) -> dict[str, Any]:
        """Refuse a password that is the person's own name; allauth compares the others."""
        cleaned: dict[str, Any] = super().clean()
        if "password1" in cleaned:
            named = User(**{name: cleaned.get(name, "") for name in NAME_AUTOCOMPLETE})
            try:
                UserAttributeSimilarityValidator().validate(cleaned["password1"], named)
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    def try_save(self, request: HttpRequest) -> Any:
        """Save the account. A known address gets a mail instead, in the same time."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class AddEmailForm(allauth_forms.AddEmailForm):
    email = AddressField(required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_admitted_domains(self.fields["email"])

    def clean_email(self) -> str:
        address = admitted_address(super().clean_email())
        # Where each address must be confirmed, this page tells nobody which ones have accounts:
        # the link in the mail is refused. Elsewhere the sign-up has to tell, and so may this.
        is_hidden = app_settings.EMAIL_VERIFICATION == EmailVerificationMethod.MANDATORY
        if not is_hidden and is_address_claimed(address, than=self.user):
            raise get_adapter().validation_error("email_taken")
        return address

    def save(self, request: HttpRequest) -> EmailAddress:
        """Add the address, and tell the main one."""
        added = super().save(request)
        context = {"added_email": added.email}
        get_adapter().send_notification_mail("account/email/email_added", self.user, context)
        return added


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    email = AddressField(required=True)
    users: list[User]

    def clean_email(self) -> str:
        address = super().clean_email()
        self.users = [user for user in self.users if may_reset(user=user, address=address)]
        return address

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the link to the account's owner.

        An address without an account gets none, but a mail to nobody is written all the same: the
        time until the response shows no stranger which addresses have accounts.
        """
        if not self.users:
            request_password_reset(request, "", [User(pk=0, username="-")], None)
        return super().save(request, **kwargs)


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    def save(self) -> None:
        super().save()
        confirm_by_reset(user=self.user)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def clean_oldpassword(self) -> str:
        """Count a wrong password as one at sign-in: an open session is no way to guess it."""
        guess = guessing.begin(allauth_context.request, guessing.PASSWORD, self.user)
        password = super().clean_oldpassword()
        guess.succeeded()
        return password


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("first_name", "last_name", "language")
        help_texts = {"language": _("The language of the portal's pages and emails.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        complete_names(self)

    def save(self, commit: bool = True) -> User:
        """Save the form's fields only: others may have changed in the meantime."""
        user: User = super().save(commit=False)
        if commit:
            user.save(update_fields=self._meta.fields)
        return user
