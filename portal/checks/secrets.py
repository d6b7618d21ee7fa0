"""Checks of secrets: missing, published, too short or of the wrong kind."""

import base64

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core.checks import CheckMessage

from portal.checks.setting_error import setting_error

# Published once, so known to everybody.
PUBLISHED_TOKENS = frozenset({"demo-token-shaparak-2025", "changeme", "secret", "token"})
SHORTEST_SECRET = 16  # characters
SHORTEST_KEY = 2048  # bits
SHORTEST_WEBHOOK_KEY = 24  # bytes, by Standard Webhooks


def check_secrets(**_kwargs: object) -> list[CheckMessage]:
    """Return an error for each secret that is missing, published or too short."""
    errors: list[CheckMessage] = []
    for number, name in enumerate(
        ("JUPYTERHUB_API_TOKEN", "OIDC_CLIENT_SECRET", "SECRET_KEY"), start=1
    ):
        value = getattr(settings, name)
        hint = "Run `make env` for a fresh one, and give the Hub the same."
        if not value:
            errors.append(setting_error(number, f"{name} is not set.", hint))
        elif value in PUBLISHED_TOKENS or value.startswith("django-insecure-"):
            errors.append(setting_error(number, f"{name} is a published value.", hint))
        elif len(value) < SHORTEST_SECRET:
            errors.append(setting_error(number, f"{name} is shorter than 16 characters.", hint))
    return errors


def check_signing_key(**_kwargs: object) -> list[CheckMessage]:
    """Return an error if OIDC_PRIVATE_KEY cannot sign the Hub's tokens."""
    try:
        key = load_pem_private_key(settings.OIDC_PRIVATE_KEY.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, RSAPrivateKey) and key.key_size >= SHORTEST_KEY:
        return []
    hint = "Run `make env` for a fresh one, or `openssl genrsa 2048`."
    return [
        setting_error(4, "OIDC_PRIVATE_KEY is not an RSA key of 2048 bits or more in PEM.", hint)
    ]


def check_webhook_secrets(**_kwargs: object) -> list[CheckMessage]:
    """Return an error if the Hub's events could not be verified, or be forged."""
    if not settings.WEBHOOK_SECRETS and settings.TRIAL:
        return []  # the portal polls the Hub, which is only slower
    if settings.WEBHOOK_SECRETS and all(map(_is_webhook_secret, settings.WEBHOOK_SECRETS)):
        return []
    hint = "Run `make env` for a fresh one, and give the Hub the same."
    problem = "WEBHOOK_SECRET is not whsec_ and 24 bytes or more in base64."
    return [setting_error(5, problem, hint)]


def _is_webhook_secret(secret: str) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and len(key) >= SHORTEST_WEBHOOK_KEY
