"""Email addresses: their one spelling, their domains, how logs show them, and the form field."""

from typing import Any

from allauth.account.fields import EmailField
from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.persian.text import fold_digits, fold_letters, ltr

LONGEST_ADDRESS = 254  # characters, of both columns and of RFC 5321's path without its brackets


def fold_address(text: str) -> str:
    """Return an email address with Latin digits and without invisible marks."""
    return fold_letters(fold_digits(text)).strip()


def is_address_admitted(address: str) -> bool:
    """Return whether people may use the address: SIGNUP_EMAIL_DOMAINS has its domain, or none."""
    domains = settings.SIGNUP_EMAIL_DOMAINS
    return not domains or address.lower().rpartition("@")[2] in domains


def admitted_domains() -> str:
    """Return the list for a sentence, each in its own direction; "" if all are admitted."""
    return gettext(", ").join(ltr(domain) for domain in settings.SIGNUP_EMAIL_DOMAINS)


def shorten_address(address: str) -> str:
    """Return an address as logs show it: enough to see whose it is, not to write to it."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:2]}…@{domain}" if domain else address


class AddressInput(forms.TextInput):
    """Keyboard and password manager of an email address, without the browser's own check.

    `type="email"` refuses Persian digits and invisible marks before the form is sent.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        own = {
            "inputmode": "email",
            "autocomplete": "email",
            "autocapitalize": "none",
            "spellcheck": "false",
            "dir": "ltr",
        }
        super().__init__(own | (attrs or {}))


class AddressField(EmailField):
    """Email address that may contain Persian digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", AddressInput())
        too_long = _("An email address has at most %(limit_value)d characters.")
        super().__init__(
            max_length=LONGEST_ADDRESS, error_messages={"max_length": too_long}, **kwargs
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave `maxlength` out: browsers cut what is pasted without a word."""
        return {
            name: value
            for name, value in super().widget_attrs(widget).items()
            if name != "maxlength"
        }

    def to_python(self, value: Any) -> Any:
        return super().to_python(fold_address(value) if isinstance(value, str) else value)
