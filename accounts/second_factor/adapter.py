"""Adapter of allauth.mfa: encryption, names and addresses of second factors."""

from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.second_factor import encryption
from portal.persian.numbers import digits


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "This code is wrong, or it was used already. Wait for the next one and enter that."
        ),
        "passkey_failed": gettext_lazy("The passkey was not accepted. Try again."),
        "unverified_email": gettext_lazy(
            "First confirm the main email address of your account: open the link that we sent to "
            "it."
        ),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        return _("Shaparak")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the portal as the owner of passkeys, whatever host name the request has."""
        return {"id": urlsplit(settings.PORTAL_URL).hostname or "", "name": _("Shaparak")}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey %s") % digits(number)
