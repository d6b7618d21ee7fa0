"""Checks of the addresses of the portal, the Hub and users' servers."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning

from portal.browser_origin import browser_origin
from portal.checks.setting_error import setting_error


def check_addresses(**_kwargs: object) -> list[CheckMessage]:
    """Return errors for addresses that are invalid, or let notebooks act on the portal."""
    errors: list[CheckMessage] = []
    for name in ("PORTAL_URL", "HUB_URL"):
        errors += _check_origin(name, getattr(settings, name))
    if urlsplit(settings.PORTAL_URL).hostname == urlsplit(settings.HUB_URL).hostname:
        errors.append(
            setting_error(
                11,
                "PORTAL_URL and HUB_URL have the same host name.",
                "Notebook pages run their users' scripts, and cookies ignore ports: give the Hub "
                "a host name of its own.",
            )
        )
    errors += _check_lab_subdomains()
    if not settings.JUPYTERHUB_API_URL.endswith("/hub/api"):
        errors.append(
            setting_error(
                12,
                "JUPYTERHUB_API_URL does not end in /hub/api.",
                "For example http://jupyterhub:8081/hub/api.",
            )
        )
    return errors


def _check_origin(name: str, value: str) -> list[CheckMessage]:
    """Return an error unless the value is an origin as browsers write it. The Hub checks the same.

    Hosts, form origins and policies are compared by that spelling: with another one the portal
    would answer 400 or 403 to everybody.
    """
    origin = browser_origin(value)
    if origin is None:
        return [
            setting_error(
                10,
                f"{name} is not the address of a host.",
                "Give the one that browsers use, without a path: https://portal.example.ir.",
            )
        ]
    if origin != value:
        return [
            setting_error(
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
            setting_error(
                16,
                "HUB_URL has an IP address, and LAB_SUBDOMAINS is true.",
                "Users' servers have names below the Hub's: give it a host name, or set "
                "LAB_SUBDOMAINS=false.",
            )
        )
    if (urlsplit(settings.PORTAL_URL).hostname or "").endswith(f".{hub}"):
        errors.append(
            setting_error(
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
