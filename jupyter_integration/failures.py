"""Every way in which a start fails: what it means for the user, and who can mend it."""

import re
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jupyter_integration.hub.errors import (
    HubError,
    HubProtocolError,
    HubRejected,
    HubThrottled,
    HubUnauthorized,
    HubUnavailable,
)


class FailureCode(models.TextChoices):
    ACCOUNT_INACTIVE = "account_inactive", _("Account inactive")
    HUB_AWAY = "hub_away", _("Hub away")
    HUB_FULL = "hub_full", _("Hub full")
    HUB_BROKEN_ANSWER = "hub_broken_answer", _("Hub's answer not understood")
    TOKEN_REFUSED = "token_refused", _("Portal's token refused")
    HUB_REFUSED = "hub_refused", _("Hub refused")
    HUB_USER_NOT_MADE = "hub_user_not_made", _("Hub user not made")
    REFUSED_BY_HOOK = "refused_by_hook", _("Refused by the Hub's rules")
    IMAGE_MISSING = "image_missing", _("Image missing")
    NO_SPACE = "no_space", _("No disk space")
    NO_MEMORY = "no_memory", _("No memory")
    START_TIMEOUT = "start_timeout", _("Start took too long")
    PROCESS_EXITED = "process_exited", _("Server ended at once")
    LAB_SILENT = "lab_silent", _("Lab does not answer")
    UNKNOWN = "unknown", _("Unknown")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a page says of a failure: sentences, in the reader's language when rendered."""

    title: Promise
    cause: Promise
    remedy: Promise
    """What the user can do, or whom it takes."""
    staff_must_act: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as one user's page shows it."""

    code: FailureCode
    explanation: Explanation
    reference: str

    @property
    def title(self) -> Promise:
        return self.explanation.title

    @property
    def cause(self) -> Promise:
        return self.explanation.cause

    @property
    def remedy(self) -> Promise:
        return self.explanation.remedy


_TRY_AGAIN = _("Press start again. Your files are safe.")
_TELL_STAFF = _("Tell the administrators, and give them the reference code. Your files are safe.")

EXPLANATIONS: dict[FailureCode, Explanation] = {
    FailureCode.ACCOUNT_INACTIVE: Explanation(
        _("Your account is inactive"),
        _("An inactive account cannot start a server."),
        _("Ask the administrators to make your account active."),
        staff_must_act=True,
    ),
    FailureCode.HUB_AWAY: Explanation(
        _("Error connecting to JupyterHub"),
        _("The service that runs the servers could not be reached for some minutes."),
        _TRY_AGAIN,
        staff_must_act=True,
    ),
    FailureCode.HUB_FULL: Explanation(
        _("There is no room for another server"),
        _("All places were taken the whole time that your start waited."),
        _("Try again in a few minutes. Your files are safe."),
        staff_must_act=False,
    ),
    FailureCode.HUB_BROKEN_ANSWER: Explanation(
        _("Error connecting to JupyterHub"),
        _("The service that runs the servers gave an answer that makes no sense."),
        _TELL_STAFF,
        staff_must_act=True,
    ),
    FailureCode.TOKEN_REFUSED: Explanation(
        _("Error connecting to JupyterHub"),
        _("The service that runs the servers does not accept the portal."),
        _TELL_STAFF,
        staff_must_act=True,
    ),
    FailureCode.HUB_REFUSED: Explanation(
        _("The server could not be started"),
        _("The service that runs the servers refused this start."),
        _TELL_STAFF,
        staff_must_act=True,
    ),
    FailureCode.HUB_USER_NOT_MADE: Explanation(
        _("Error creating the JupyterHub user"),
        _("Your account could not be set up on the service that runs the servers."),
        _TELL_STAFF,
        staff_must_act=True,
    ),
    FailureCode.REFUSED_BY_HOOK: Explanation(
        _("The server may not be started now"),
        _("A rule of your institution refused this start."),
        _TELL_STAFF,
        staff_must_act=True,
    ),
    FailureCode.IMAGE_MISSING: Explanation(
        _("The server's software was not found"),
        _("The image from which servers are made is not on the host."),
        _TELL_STAFF,
        staff_must_act=True,
    ),
    FailureCode.NO_SPACE: Explanation(
        _("The disk is full"),
        _("There was no disk space left to start your server."),
        _TELL_STAFF,
        staff_must_act=True,
    ),
    FailureCode.NO_MEMORY: Explanation(
        _("Not enough memory"),
        _("There was not enough free memory to start your server."),
        _("Try again in a few minutes. Your files are safe."),
        staff_must_act=False,
    ),
    FailureCode.START_TIMEOUT: Explanation(
        _("The start took too long"),
        _("Your server was not ready within the allowed time, so the start was ended."),
        _TRY_AGAIN,
        staff_must_act=False,
    ),
    FailureCode.PROCESS_EXITED: Explanation(
        _("The server ended right after its start"),
        _("Your server's process ended before it was ready."),
        _TRY_AGAIN,
        staff_must_act=False,
    ),
    FailureCode.LAB_SILENT: Explanation(
        _("The notebook does not answer"),
        _("Your server is running, but its notebook did not answer."),
        _("Stop the server and start it again. Your saved files are safe."),
        staff_must_act=False,
    ),
    FailureCode.UNKNOWN: Explanation(
        _("The server could not be started"),
        _("The start failed for a reason that we do not know yet."),
        _TRY_AGAIN,
        staff_must_act=True,
    ),
}

# The Hub gives the reason of a failed start as a sentence in its progress stream, written by the
# spawner, the kernel or Docker. First match wins.
_REASONS: tuple[tuple[re.Pattern[str], FailureCode], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), code)
    for pattern, code in (
        (r"SpawnException", FailureCode.REFUSED_BY_HOOK),
        (
            r"no such image|image .*not found|manifest unknown|pull access",
            FailureCode.IMAGE_MISSING,
        ),
        (r"no space left|disk quota", FailureCode.NO_SPACE),
        (r"out of memory|cannot allocate memory|\boom(?:killed)?\b", FailureCode.NO_MEMORY),
        (r"before responding|exited|exit code|process .*died", FailureCode.PROCESS_EXITED),
        (r"didn't respond in|timed out|timeout", FailureCode.START_TIMEOUT),
    )
)


def code_of_reason(reason: str) -> FailureCode:
    """Return the failure that the Hub's words for a failed start (English) mean."""
    return next((code for pattern, code in _REASONS if pattern.search(reason)), FailureCode.UNKNOWN)


def code_of_error(error: HubError) -> FailureCode:
    """Return the failure with which a start ends when a call to the Hub ends in `error`."""
    for kind, code in (
        (HubThrottled, FailureCode.HUB_FULL),
        (HubUnavailable, FailureCode.HUB_AWAY),
        (HubUnauthorized, FailureCode.TOKEN_REFUSED),
        (HubRejected, FailureCode.HUB_REFUSED),
        (HubProtocolError, FailureCode.HUB_BROKEN_ANSWER),
    ):
        if isinstance(error, kind):
            return code
    return FailureCode.UNKNOWN


def explain(code: str, *, reference: str) -> Failure:
    """Return what a page says of the failure `code`; an unknown code is explained as unknown."""
    known = FailureCode(code) if code in FailureCode.values else FailureCode.UNKNOWN
    return Failure(known, EXPLANATIONS[known], reference)
