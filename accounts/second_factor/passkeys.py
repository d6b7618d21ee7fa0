"""Forms of allauth.mfa with passkeys: only for pages of the portal itself, and no error pages."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn_forms
from cryptography.exceptions import UnsupportedAlgorithm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from accounts.second_factor.adapter import SecondFactorAdapter
from accounts.second_factor.rules import may_add_factor

LONGEST_NAME = 60  # characters

# fido2 has no error of its own for a malformed response, and a stranger may send anything.
MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    struct.error,
)


@contextmanager
def one_message_for_all_failures() -> Iterator[None]:
    """Raise a ValidationError for whatever is wrong with a passkey's response."""
    adapter = SecondFactorAdapter()
    try:
        yield
    except MALFORMED as error:
        raise adapter.validation_error("passkey_failed") from error
    except ValidationError as error:
        if error.code != "incorrect_code":
            raise
        raise adapter.validation_error("passkey_failed") from error


def check_origin(response: AuthenticationResponse | RegistrationResponse) -> None:
    """Raise ValueError unless a browser made this response on a page of the portal itself.

    WebAuthn lets a page of `lab.portal.example.ir` use passkeys of `portal.example.ir`, and fido2
    accepts that. Notebook pages run their users' own scripts.
    """
    origin = response.response.client_data.origin
    if origin != settings.PORTAL_URL:
        raise ValueError(f"a passkey's response comes from {origin!r:.100}")


class CredentialField(forms.JSONField):
    """A browser's response; its JSON may be deeper than Python can read."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput)

    def to_python(self, value: Any) -> Any:
        with one_message_for_all_failures():
            return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return nothing of a refused response for the next page: its challenge is used up."""
        return initial


class AddWebAuthnForm(webauthn_forms.AddWebAuthnForm):
    name = forms.CharField(label=_("Name"), required=False, max_length=LONGEST_NAME)
    passwordless = forms.BooleanField(
        label=_("Sign in with this passkey alone, without a password"),
        required=False,
        initial=True,
    )
    credential = CredentialField()

    def clean(self) -> dict[str, Any]:
        if not may_add_factor(self.user):
            raise SecondFactorAdapter().validation_error("unverified_email")
        with one_message_for_all_failures():
            check_origin(RegistrationResponse.from_dict(self.cleaned_data["credential"]))
            return dict(super().clean())


class EditWebAuthnForm(webauthn_forms.EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)


class _PortalsOwn(webauthn_forms.AuthenticateWebAuthnForm):
    """Check that allauth lacks, before its own."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        with one_message_for_all_failures():
            response = AuthenticationResponse.from_dict(self.cleaned_data["credential"])
            check_origin(response)
            if self.passwordless and not response.response.authenticator_data.is_user_verified():
                # allauth keeps one challenge a session. That of a second factor, for which a touch
                # is enough, must not start a session without a password.
                raise ValueError("the device did not verify its user")
            return super().clean_credential()


class AuthenticateWebAuthnForm(_PortalsOwn):
    pass


class LoginWebAuthnForm(_PortalsOwn, webauthn_forms.LoginWebAuthnForm):
    pass


class ReauthenticateWebAuthnForm(_PortalsOwn, webauthn_forms.ReauthenticateWebAuthnForm):
    pass
