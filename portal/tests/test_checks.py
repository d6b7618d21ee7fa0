"""System checks: each bad setting has its error or warning."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.checks import Tags, run_checks
from django.core.management.base import SystemCheckError

from portal import checks
from portal.checks import refuse_bad_settings

pytestmark = pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")


def errors() -> set[str]:
    found = run_checks(tags=[Tags.security])
    return {str(message.id) for message in found if str(message.id).startswith("shaparak.")}


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture
def production(settings):
    """Settings of a complete real host."""
    settings.MODE = "production"
    settings.TRIAL = False
    settings.PORTAL_URL = "https://portal.example.ir"
    settings.HUB_URL = "https://hub.example.ir"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SIGNUP_OPEN = False
    settings.EMAIL_HOST = "mail.example.ir"
    settings.REDIS_URL = "redis://redis:6379/0"
    settings.HOME_SIZE = "5G"
    settings.DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}
    return settings


def test_complete_production_has_no_errors(production) -> None:
    assert errors() == set()


def test_homes_without_a_limit_are_a_warning(production) -> None:
    production.HOME_SIZE = ""

    assert errors() == {"shaparak.W002"}
    refuse_bad_settings()  # the portal starts all the same


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("JUPYTERHUB_API_TOKEN", "", "E001"),
        ("JUPYTERHUB_API_TOKEN", "demo-token-shaparak-2025", "E001"),
        ("JUPYTERHUB_API_TOKEN", "short", "E001"),
        ("OIDC_CLIENT_SECRET", "", "E002"),
        ("OIDC_CLIENT_SECRET", "changeme", "E002"),
        ("SECRET_KEY", "django-insecure-" + "x" * 50, "E003"),
        ("OIDC_PRIVATE_KEY", "not a key at all, whatever its length", "E004"),
        ("OIDC_PRIVATE_KEY", pem(rsa.generate_private_key(65537, 1024)), "E004"),
        ("OIDC_PRIVATE_KEY", pem(ec.generate_private_key(ec.SECP256R1())), "E004"),
        ("WEBHOOK_SECRETS", [], "E005"),
        ("WEBHOOK_SECRETS", ["whsec_" + "b2xk" * 7], "E005"),
        ("WEBHOOK_SECRETS", ["whsec_" + "b2xk" * 8, "b2xk" * 8], "E005"),
        ("PLATFORM", "k8s", "E029"),
        ("PORTAL_URL", "portal.example.ir", "E010"),
        ("PORTAL_URL", "https://portal.example.ir/portal", "E010"),
        ("HUB_URL", "https://hub.example.ir/hub", "E010"),
        ("HUB_URL", "https://portal.example.ir:8000", "E011"),
        ("HUB_URL", "http://portal.example.ir", "E011"),
        ("PORTAL_URL", "https://دانشگاه.ایران", "E018"),
        ("PORTAL_URL", "https://PORTAL.example.ir", "E018"),
        ("PORTAL_URL", "https://portal.example.ir:443", "E018"),
        ("HUB_URL", "https://hub.example.ir.", "E018"),
        ("PORTAL_URL", "https://my_portal.example.ir", "E010"),
        ("PORTAL_URL", "https://portal.example.ir?x", "E010"),
        ("HUB_URL", "https://192.0.2.7", "E016"),
        ("HUB_URL", "http://[2001:db8::7]:8000", "E016"),
        ("PORTAL_URL", "https://portal.hub.example.ir", "E017"),
        ("JUPYTERHUB_API_URL", "http://jupyterhub:8081/hub/api/users", "E012"),
        ("HUB_READ_TIMEOUT", 4.9, "E013"),
        ("HUB_READ_TIMEOUT", 31, "E013"),
        ("SPAWN_SLOTS", 0, "E014"),
        ("SERVER_MAX_AGE", 0, "E028"),
        ("HOME_SIZE", "much", "E019"),
        ("SUPPORT_EMAIL", ["a@example.ir", "Omid <omid@example.ir>"], "E015"),
        ("MODE", "staging", "E020"),
        ("DEBUG", True, "E021"),
        ("SESSION_COOKIE_SECURE", False, "E022"),
        ("CSRF_COOKIE_SECURE", False, "E022"),
        ("REDIS_URL", "", "E023"),
        ("DATABASES", {"default": {"ENGINE": "django.db.backends.sqlite3"}}, "E024"),
    ],
)
def test_bad_production_setting_has_its_error(
    production, name: str, value: object, expected: str
) -> None:
    setattr(production, name, value)

    assert errors() == {f"shaparak.{expected}"}
    with pytest.raises(SystemCheckError, match=expected):
        refuse_bad_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", True),
        ("WEBHOOK_SECRETS", []),
        ("REDIS_URL", ""),
        ("DATABASES", {"default": {"ENGINE": "django.db.backends.sqlite3"}}),
    ],
)
def test_trial_mode_allows_missing_production_parts(settings, name: str, value: object) -> None:
    setattr(settings, name, value)

    assert errors() == set()


def test_trial_mode_refuses_published_token(settings) -> None:
    settings.JUPYTERHUB_API_TOKEN = "demo-token-shaparak-2025"

    assert errors() == {"shaparak.E001"}


def test_one_origin_for_all_notebooks_is_a_warning(production) -> None:
    production.LAB_SUBDOMAINS = False
    production.HUB_URL = "https://192.0.2.7"

    assert errors() == {"shaparak.W001"}
    refuse_bad_settings()


def test_localhost_needs_no_tls_for_cookies(production) -> None:
    production.SESSION_COOKIE_SECURE = production.CSRF_COOKIE_SECURE = False
    production.PORTAL_URL = "http://localhost:8080"

    assert errors() == set()


def test_error_and_hint_hide_the_secret(production) -> None:
    production.JUPYTERHUB_API_TOKEN = "s3cret"

    assert "s3cret" not in "".join(str(message) for message in run_checks())


@pytest.mark.parametrize(
    ("is_open", "verification", "domains", "expected"),
    [
        (True, "none", [], {"shaparak.E025"}),
        (True, "optional", [], {"shaparak.E025"}),
        (True, "mandatory", [], set()),
        (True, "optional", ["uni.ac.ir"], set()),
        (True, "none", ["uni.ac.ir"], {"shaparak.W003"}),
        (False, "none", [], set()),
        (True, "mandatory", ["@uni", "uni.ac.ir"], {"shaparak.E026"}),
        (True, "always", ["uni.ac.ir"], {"shaparak.E027"}),
    ],
)
def test_open_sign_up_needs_confirmation_or_domains(
    production, is_open: bool, verification: str, domains: list[str], expected: set[str]
) -> None:
    production.SIGNUP_OPEN = is_open
    production.ACCOUNT_EMAIL_VERIFICATION = verification
    production.SIGNUP_EMAIL_DOMAINS = domains

    assert errors() == expected


@pytest.mark.parametrize(
    ("is_open", "verification", "expected"),
    [
        (True, "mandatory", {"shaparak.W004"}),
        (True, "optional", {"shaparak.W004"}),
        (True, "none", {"shaparak.W003"}),
        (False, "mandatory", set()),
    ],
)
def test_confirmation_without_mail_server_is_a_warning(
    production, is_open: bool, verification: str, expected: set[str]
) -> None:
    production.EMAIL_HOST = "localhost"
    production.SIGNUP_OPEN = is_open
    production.ACCOUNT_EMAIL_VERIFICATION = verification
    production.SIGNUP_EMAIL_DOMAINS = ["uni.ac.ir"]

    assert errors() == expected


def test_open_sign_up_is_free_in_trial_mode(settings) -> None:
    settings.SIGNUP_OPEN, settings.ACCOUNT_EMAIL_VERIFICATION = True, "none"

    assert "shaparak.E025" not in errors()


def test_each_problem_has_an_id_of_its_own() -> None:
    source = "".join(file.read_text() for file in Path(*checks.__path__).glob("*.py"))
    numbers = re.findall(r"setting_error\(\s*(\d+)", source)
    warnings = re.findall(r'id="(shaparak\.W\d+)"', source)

    assert len(numbers) > 15
    assert sorted(set(numbers)) == sorted(numbers)
    assert sorted(set(warnings)) == sorted(warnings)
