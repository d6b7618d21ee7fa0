"""System checks: bad settings with which no part of the portal starts."""

import base64
import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Warning, run_checks
from django.core.management.base import SystemCheckError

from portal.browser_origin import browser_origin
from portal.persian.sizes import parse_size

# Published once, so known to everybody.
PUBLISHED_TOKENS = frozenset({"demo-token-shaparak-2025", "changeme", "secret", "token"})
SHORTEST_SECRET = 16  # characters
SHORTEST_KEY = 2048  # bits
SHORTEST_WEBHOOK_KEY = 24  # bytes, by Standard Webhooks


def refuse_bad_settings() -> None:
    """Raise SystemCheckError if any check finds an error.

    `manage.py` runs the checks by itself; the web server and Celery call this when they start.
    """
    errors = [message for message in run_checks() if message.level >= ERROR]
    if errors:
        raise SystemCheckError("\n\n".join(str(error) for error in errors))


def _error(number: int, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"shaparak.E{number:03}")


def check_secrets(**_kwargs: object) -> list[CheckMessage]:
    """Return an error for each secret that is missing, published or too short."""
    errors: list[CheckMessage] = []
    for number, name in enumerate(
        ("JUPYTERHUB_API_TOKEN", "OIDC_CLIENT_SECRET", "SECRET_KEY"), start=1
    ):
        value = getattr(settings, name)
        hint = "Run `make env` for a fresh one, and give the Hub the same."
        if not value:
            errors.append(_error(number, f"{name} is not set.", hint))
        elif value in PUBLISHED_TOKENS or value.startswith("django-insecure-"):
            errors.append(_error(number, f"{name} is a published value.", hint))
        elif len(value) < SHORTEST_SECRET:
            errors.append(_error(number, f"{name} is shorter than 16 characters.", hint))
    return errors


def check_addresses(**_kwargs: object) -> list[CheckMessage]:
    """Return errors for addresses that are invalid, or let notebooks act on the portal."""
    errors: list[CheckMessage] = []
    for name in ("PORTAL_URL", "HUB_URL"):
        errors += _check_origin(name, getattr(settings, name))
    if urlsplit(settings.PORTAL_URL).hostname == urlsplit(settings.HUB_URL).hostname:
        errors.append(
            _error(
                11,
                "PORTAL_URL and HUB_URL have the same host name.",
                "Notebook pages run their users' scripts, and cookies ignore ports: give the Hub "
                "a host name of its own.",
            )
        )
    errors += _check_lab_subdomains()
    if not settings.JUPYTERHUB_API_URL.endswith("/hub/api"):
        errors.append(
            _error(
                12,
                "JUPYTERHUB_API_URL does not end in /hub/api.",
                "For example http://jupyterhub:8081/hub/api.",
            )
        )
    if not 5 <= settings.HUB_READ_TIMEOUT <= 30:
        errors.append(_error(13, "HUB_READ_TIMEOUT is not between 5 and 30 seconds.", "Set 10."))
    return errors


def _check_origin(name: str, value: str) -> list[CheckMessage]:
    """Return an error unless the value is an origin as browsers write it. The Hub checks the same.

    Hosts, form origins and policies are compared by that spelling: with another one the portal
    would answer 400 or 403 to everybody.
    """
    origin = browser_origin(value)
    if origin is None:
        return [
            _error(
                10,
                f"{name} is not the address of a host.",
                "Give the one that browsers use, without a path: https://portal.example.ir.",
            )
        ]
    if origin != value:
        return [
            _error(
                18,
                f"{name} is not written as browsers send it.",
                f"Write {name}={origin}, for the Hub and the edge too.",
            )
        ]
    return []


def _check_lab_subdomains() -> list[CheckMessage]:
    """Return errors for addresses below which users' servers can have no names of their own."""
    if not settings.LAB_SUBDOMAINS:
        return []
    hub = urlsplit(settings.HUB_URL).hostname or ""
    errors: list[CheckMessage] = []
    if _is_ip_address(hub):
        errors.append(
            _error(
                16,
                "HUB_URL has an IP address, and LAB_SUBDOMAINS is true.",
                "Users' servers have names below the Hub's: give it a host name, or set "
                "LAB_SUBDOMAINS=false.",
            )
        )
    if (urlsplit(settings.PORTAL_URL).hostname or "").endswith(f".{hub}"):
        errors.append(
            _error(
                17,
                "PORTAL_URL is below the host name of HUB_URL.",
                "Names below the Hub's belong to users' servers. Put both beside each other: "
                "portal.example.ir and hub.example.ir.",
            )
        )
    return errors


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def check_lab_origins(**_kwargs: object) -> list[CheckMessage]:
    """Return a warning if the notebooks of a real host share one web origin."""
    if settings.TRIAL or settings.LAB_SUBDOMAINS:
        return []
    return [
        Warning(
            "LAB_SUBDOMAINS is false: all notebooks share one web origin. A page of one user's "
            "server can read and change the files of everybody who opens it, and run programs "
            "as them.",
            hint="Get a wildcard name and certificate for *.HUB-HOST, and set "
            "LAB_SUBDOMAINS=true. Until then give accounts only to people who trust one another.",
            id="shaparak.W001",
        )
    ]


def check_limits(**_kwargs: object) -> list[CheckMessage]:
    """Return errors for limits with which no server could start, a warning for a missing one."""
    errors: list[CheckMessage] = []
    if settings.SPAWN_SLOTS < 1:
        hint = "Set the number of concurrent starts, for example 16."
        errors.append(_error(14, "SPAWN_SLOTS is below 1.", hint))
    if settings.SERVER_MAX_AGE < 1:
        hint = "Set the longest time that a server runs, for example 604800 for a week."
        errors.append(_error(28, "SERVER_MAX_AGE is below 1 second.", hint))
    if settings.HOME_SIZE and parse_size(settings.HOME_SIZE) is None:
        hint = "Set an amount such as 5G, or leave it empty."
        errors.append(_error(19, "HOME_SIZE is not an amount of disk space.", hint))
    if not settings.HOME_SIZE and not settings.TRIAL:
        errors.append(
            Warning(
                "HOME_SIZE is not set: one person's files can fill the disk, and a full disk stops "
                "the database.",
                hint='See "Space for homes" in docs/operations.md.',
                id="shaparak.W002",
            )
        )
    return errors


def check_support_addresses(**_kwargs: object) -> list[CheckMessage]:
    """Return an error for each address that cannot receive support requests."""
    return [
        _error(
            15,
            f"SUPPORT_EMAIL has {address!r}, which is no e-mail address.",
            "Separate addresses with commas: support@example.ir,omid@example.ir.",
        )
        for address in settings.SUPPORT_EMAIL
        if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", address)
    ]


def check_signing_key(**_kwargs: object) -> list[CheckMessage]:
    """Return an error if OIDC_PRIVATE_KEY cannot sign the Hub's tokens."""
    try:
        key = load_pem_private_key(settings.OIDC_PRIVATE_KEY.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, RSAPrivateKey) and key.key_size >= SHORTEST_KEY:
        return []
    hint = "Run `make env` for a fresh one, or `openssl genrsa 2048`."
    return [_error(4, "OIDC_PRIVATE_KEY is not an RSA key of 2048 bits or more in PEM.", hint)]


def check_webhook_secrets(**_kwargs: object) -> list[CheckMessage]:
    """Return an error if the Hub's events could not be verified, or be forged."""
    if not settings.WEBHOOK_SECRETS and settings.TRIAL:
        return []  # the portal polls the Hub, which is only slower
    if settings.WEBHOOK_SECRETS and all(map(_is_webhook_secret, settings.WEBHOOK_SECRETS)):
        return []
    hint = "Run `make env` for a fresh one, and give the Hub the same."
    problem = "WEBHOOK_SECRET is not whsec_ and 24 bytes or more in base64."
    return [_error(5, problem, hint)]


def _is_webhook_secret(secret: str) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and len(key) >= SHORTEST_WEBHOOK_KEY


def check_sign_up(**_kwargs: object) -> list[CheckMessage]:
    """Return errors for a sign-up that gives a server to anybody."""
    verification, domains = settings.ACCOUNT_EMAIL_VERIFICATION, settings.SIGNUP_EMAIL_DOMAINS
    messages: list[CheckMessage] = [
        _error(
            26,
            f"SIGNUP_EMAIL_DOMAINS has {domain!r}, which is no domain.",
            "Separate domains with commas: uni.ac.ir,students.uni.ac.ir.",
        )
        for domain in domains
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain)
    ]
    if verification not in {"none", "optional", "mandatory"}:
        hint = "Set EMAIL_VERIFICATION=mandatory."
        problem = "EMAIL_VERIFICATION is neither `none` nor `optional` nor `mandatory`."
        messages.append(_error(27, problem, hint))
    if settings.TRIAL or not settings.SIGNUP_OPEN or verification == "mandatory":
        return messages
    if not domains:
        problem = "Sign-up is open to everybody, with any address: each gets a server."
        hint = (
            "Set EMAIL_VERIFICATION=mandatory (it needs a mail server, EMAIL_URL), or "
            "SIGNUP_EMAIL_DOMAINS=uni.ac.ir, or SIGNUP_OPEN=false."
        )
        messages.append(_error(25, problem, hint))
    elif verification == "none":
        problem = "Nobody confirms an address: everybody can type one of SIGNUP_EMAIL_DOMAINS."
        hint = "Set EMAIL_VERIFICATION=mandatory."
        messages.append(Warning(problem, hint=hint, id="shaparak.W003"))
    return messages


def check_mode(**_kwargs: object) -> list[CheckMessage]:
    """Return errors for what is allowed in trial mode and dangerous on a real host."""
    if settings.MODE not in {"trial", "production"}:
        return [_error(20, "SHAPARAK_MODE is neither `trial` nor `production`.", "Choose one.")]
    if settings.TRIAL:
        return []
    errors: list[CheckMessage] = []
    if settings.DEBUG:
        errors.append(_error(21, "DEBUG is on.", "It shows settings to visitors: set DEBUG=false."))
    secure_cookies = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE
    # Requests to localhost do not leave the machine.
    if not secure_cookies and urlsplit(settings.PORTAL_URL).hostname != "localhost":
        errors.append(
            _error(22, "Cookies would be sent without TLS.", "Give PORTAL_URL as https://….")
        )
    if not settings.REDIS_URL:
        errors.append(_error(23, "REDIS_URL is not set.", "For example redis://redis:6379/0."))
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        errors.append(
            _error(24, "DATABASE_URL is not set.", "For example postgres://user:…@postgres/portal.")
        )
    return errors
