"""Checks of sign-up: who gets an account without staff."""

import re

from django.conf import settings
from django.core.checks import CheckMessage, Warning

from portal.checks.setting_error import setting_error


def check_sign_up(**_kwargs: object) -> list[CheckMessage]:
    """Return errors for a sign-up that gives a server to anybody."""
    verification, domains = settings.ACCOUNT_EMAIL_VERIFICATION, settings.SIGNUP_EMAIL_DOMAINS
    messages: list[CheckMessage] = [
        setting_error(
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
        messages.append(setting_error(27, problem, hint))
    if settings.TRIAL or not settings.SIGNUP_OPEN:
        return messages
    # The default of EMAIL_URL. In a container no mail server answers there.
    if verification != "none" and settings.EMAIL_HOST == "localhost":
        problem = "Who signs up waits for a mail, and EMAIL_URL is not set."
        hint = "Set EMAIL_URL, or SIGNUP_OPEN=false and create accounts in the administration."
        messages.append(Warning(problem, hint=hint, id="shaparak.W004"))
    if verification == "mandatory":
        return messages
    if not domains:
        problem = "Sign-up is open to everybody, with any address: each gets a server."
        hint = (
            "Set EMAIL_VERIFICATION=mandatory (it needs a mail server, EMAIL_URL), or "
            "SIGNUP_EMAIL_DOMAINS=uni.ac.ir, or SIGNUP_OPEN=false."
        )
        messages.append(setting_error(25, problem, hint))
    elif verification == "none":
        problem = "Nobody confirms an address: everybody can type one of SIGNUP_EMAIL_DOMAINS."
        hint = "Set EMAIL_VERIFICATION=mandatory."
        messages.append(Warning(problem, hint=hint, id="shaparak.W003"))
    return messages
