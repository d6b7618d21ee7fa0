"""Forms of allauth.mfa with codes: digits of all keyboards, each code once."""

from typing import Any

from allauth.core import context
from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import guessing
from accounts.second_factor.adapter import SecondFactorAdapter
from accounts.second_factor.codes import accepting_authenticator
from accounts.second_factor.encryption import UnknownEncryptionKeyError, decrypt, encrypt
from accounts.second_factor.rules import may_add_factor
from portal.persian.text import fold_digits, fold_letters

LONGEST_CODE = 40  # characters; a code has 6 or 8, and people add spaces


class CodeField(forms.CharField):
    """Code in Latin, Persian or Arabic digits, with or without spaces."""

    def __init__(self, *, autofocus: bool = False, **kwargs: Any) -> None:
        attributes = {"autocomplete": "one-time-code", "inputmode": "numeric"}
        widget = forms.TextInput(attrs={**attributes, "autofocus": autofocus})
        super().__init__(max_length=LONGEST_CODE, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        return fold_letters(fold_digits(super().to_python(value) or ""))


class CodeOnce(base_forms.BaseAuthenticateForm):
    """Check of a code against the person's authenticators."""

    code = CodeField(label=_("Code"), autofocus=True)

    def clean_code(self) -> str:
        guess = guessing.begin(context.request, guessing.FACTOR, self.user)
        code: str = self.cleaned_data["code"]
        authenticator = accepting_authenticator(self.user, code)
        if authenticator is None:
            self._report_failure()
            raise SecondFactorAdapter().validation_error("incorrect_code")
        authenticator.user = self.user
        self.authenticator = authenticator
        guess.succeeded()
        return code

    def _report_failure(self) -> None:
        """Send allauth's signal of a wrong code, once, for the app if there is one."""
        asked = Authenticator.objects.filter(user=self.user).exclude(
            type=Authenticator.Type.WEBAUTHN
        )
        first = asked.order_by("-type").first()  # totp before recovery_codes
        if first:
            self._emit_authentication_failed(first)


class AuthenticateForm(CodeOnce, base_forms.AuthenticateForm):
    pass


class ReauthenticateForm(CodeOnce, base_forms.ReauthenticateForm):
    pass


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):
    """Form of a new authenticator app. The session stores its secret encrypted."""

    code = CodeField(label=_("Code of the app"))
    secret: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        try:
            self.secret = decrypt(self.secret)
        except UnknownEncryptionKeyError:  # allauth has just made it
            context.request.session[SECRET_SESSION_KEY] = encrypt(self.secret)

    def clean_code(self) -> str:
        if not may_add_factor(self.user):
            raise SecondFactorAdapter().validation_error("unverified_email")
        return str(super().clean_code())
