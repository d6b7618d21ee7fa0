"""Catalogue of failures: the sentences for the user, who can resolve each, and its button.

classify.py finds the code for a message of the Hub; staff_advice.py has the advice for staff.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.failures.help_topics import HELP_TOPICS
from portal.help_pages import Topic


class ResolvedBy(StrEnum):
    """Who can resolve a failure."""

    USER = "user"
    STAFF = "staff"
    TIME = "time"

    @property
    def sentence(self) -> Promise:
        return _RESOLVERS[self]


_RESOLVERS = {
    ResolvedBy.USER: _("You can fix this yourself."),
    ResolvedBy.STAFF: _("An administrator has to fix this."),
    ResolvedBy.TIME: _("This resolves by itself."),
}


class Action(StrEnum):
    """Button below a failure; START_AGAIN and WAIT_IN_QUEUE both request a new start."""

    START_AGAIN = "start_again"
    WAIT_IN_QUEUE = "wait_in_queue"
    ASK_FOR_HELP = "ask_for_help"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Sentences about a failure, translated into the reader's language when rendered."""

    title: Promise
    cause: Promise
    remedy: Promise
    """What the user can do, or who can help."""
    resolved_by: ResolvedBy
    action: Action


@dataclass(frozen=True, slots=True)
class Failure:
    """Failure of one user's start, as the page shows it."""

    code: FailureCode
    explanation: Explanation
    reference: str
    hook_message: str = ""
    """Message of the hook that refused the start; an administrator wrote it for the user."""

    @property
    def title(self) -> Promise:
        return self.explanation.title

    @property
    def cause(self) -> Promise:
        return self.explanation.cause

    @property
    def remedy(self) -> Promise:
        return self.explanation.remedy

    @property
    def resolved_by(self) -> ResolvedBy:
        return self.explanation.resolved_by

    @property
    def action(self) -> Action:
        return self.explanation.action

    @property
    def help_topic(self) -> Topic | None:
        return HELP_TOPICS.get(self.code)


_START_AGAIN = _("Press start again. Your files are safe.")
_START_AGAIN_SOON = _("Try again in a few minutes. Your files are safe.")
_WAIT_IN_QUEUE = _("Wait in the queue: the start continues by itself. Your files are safe.")
_ASK = _("Ask for support: the reference code is sent with your request. Your files are safe.")
_NOT_CONNECTED = _("Error connecting to JupyterHub")
_NOT_STARTED = _("The server could not be started")
_NO_ROOM = _("There is no room for another server")
_INTERRUPTED = _("The start was interrupted")
_ISOLATION_AWAY = _(
    "The service that keeps each server apart from the others could not be reached."
)
_ISOLATION_REFUSED = _(
    "The service that keeps each server apart from the others refused this start."
)

EXPLANATIONS: dict[FailureCode, Explanation] = {
    FailureCode.ACCOUNT_INACTIVE: Explanation(
        _("Your account is inactive"),
        _("An inactive account cannot start a server."),
        _("Ask an administrator to activate your account."),
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.HUB_AWAY: Explanation(
        _NOT_CONNECTED,
        _("The service that runs the servers could not be reached for some minutes."),
        _WAIT_IN_QUEUE,
        ResolvedBy.STAFF,
        Action.WAIT_IN_QUEUE,
    ),
    FailureCode.HUB_BUSY: Explanation(
        _("Too many servers are starting"),
        _("Other people were starting their servers the whole time that your start was waiting."),
        _WAIT_IN_QUEUE,
        ResolvedBy.TIME,
        Action.WAIT_IN_QUEUE,
    ),
    FailureCode.HUB_FULL: Explanation(
        _NO_ROOM,
        _("All places were taken the whole time that your start was waiting."),
        _WAIT_IN_QUEUE,
        ResolvedBy.TIME,
        Action.WAIT_IN_QUEUE,
    ),
    FailureCode.HUB_BROKEN_ANSWER: Explanation(
        _NOT_CONNECTED,
        _("The service that runs the servers returned an unexpected answer."),
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.TOKEN_REFUSED: Explanation(
        _NOT_CONNECTED,
        _("The service that runs the servers does not accept the portal."),
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.SCOPE_MISSING: Explanation(
        _NOT_CONNECTED,
        _("The service that runs the servers does not let the portal start servers."),
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.HUB_REFUSED: Explanation(
        _NOT_STARTED,
        _("The service that runs the servers refused this start."),
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.HUB_USER_NOT_MADE: Explanation(
        _("Error creating the JupyterHub user"),
        _("Your account could not be set up on the service that runs the servers."),
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.REFUSED_BY_HOOK: Explanation(
        _("You may not start a server now"),
        _("A rule of your institution refused this start."),
        _("If you think that this is a mistake, ask for support. Your files are safe."),
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.ENDED_FROM_OUTSIDE: Explanation(
        _INTERRUPTED,
        _("Someone stopped it, or the service that runs the servers was restarted."),
        _START_AGAIN,
        ResolvedBy.USER,
        Action.START_AGAIN,
    ),
    FailureCode.IMAGE_MISSING: Explanation(
        _("The server's software was not found"),
        _("The image from which servers are made is not on the host."),
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.IMAGE_UNUSABLE: Explanation(
        _("The server's software cannot be run"),
        _("The image from which servers are made lacks something that servers need."),
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.DOCKER_AWAY: Explanation(
        _NOT_STARTED,
        _ISOLATION_AWAY,
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.DOCKER_REFUSED: Explanation(
        _NOT_STARTED,
        _ISOLATION_REFUSED,
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.KUBERNETES_AWAY: Explanation(
        _NOT_STARTED, _ISOLATION_AWAY, _ASK, ResolvedBy.STAFF, Action.ASK_FOR_HELP
    ),
    FailureCode.KUBERNETES_REFUSED: Explanation(
        _NOT_STARTED, _ISOLATION_REFUSED, _ASK, ResolvedBy.STAFF, Action.ASK_FOR_HELP
    ),
    FailureCode.CLUSTER_FULL: Explanation(
        _NO_ROOM,
        _("No machine had enough free memory, processors or graphics cards for your server."),
        _START_AGAIN_SOON,
        ResolvedBy.TIME,
        Action.START_AGAIN,
    ),
    FailureCode.NO_NODE: Explanation(
        _NOT_STARTED,
        _("None of the machines that run the servers may take yours."),
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.QUOTA_REACHED: Explanation(
        _NO_ROOM,
        _("The servers that run now use everything that is reserved for them."),
        _START_AGAIN_SOON,
        ResolvedBy.TIME,
        Action.START_AGAIN,
    ),
    FailureCode.POD_EVICTED: Explanation(
        _INTERRUPTED,
        _("The machine ended your server, because its memory or disk space ran short."),
        _START_AGAIN_SOON,
        ResolvedBy.TIME,
        Action.START_AGAIN,
    ),
    FailureCode.NODE_LOST: Explanation(
        _INTERRUPTED,
        _("The machine on which your server was starting stopped responding."),
        _START_AGAIN_SOON,
        ResolvedBy.TIME,
        Action.START_AGAIN,
    ),
    FailureCode.NETWORK_TROUBLE: Explanation(
        _NOT_STARTED,
        _("Your server could not be connected to the servers' network."),
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.CONTAINER_LEFT_OVER: Explanation(
        _("Your previous server is still being removed"),
        _("The remains of your previous server blocked the new one."),
        _START_AGAIN_SOON,
        ResolvedBy.TIME,
        Action.START_AGAIN,
    ),
    FailureCode.VOLUME_TROUBLE: Explanation(
        _("Your files could not be reached"),
        _("The place where your files are kept could not be connected to the server."),
        _("Ask for support. The start did not change your files."),
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.NO_SPACE: Explanation(
        _("The disk is full"),
        _("There was no disk space left to start your server."),
        _ASK,
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.HOME_FULL: Explanation(
        _("Your storage space is full"),
        _("Your files fill all the space that you may use, and a server needs some to start."),
        _("Ask for support to get more space or to have files removed. Your files are safe."),
        ResolvedBy.STAFF,
        Action.ASK_FOR_HELP,
    ),
    FailureCode.NO_MEMORY: Explanation(
        _("Not enough memory"),
        _("There was not enough free memory to start your server."),
        _START_AGAIN_SOON,
        ResolvedBy.TIME,
        Action.START_AGAIN,
    ),
    FailureCode.HOST_EXHAUSTED: Explanation(
        _("The host is overloaded"),
        _("The machine that runs the servers could not take another one just now."),
        _START_AGAIN_SOON,
        ResolvedBy.TIME,
        Action.START_AGAIN,
    ),
    FailureCode.START_TIMEOUT: Explanation(
        _("The start took too long"),
        _("Your server was not ready within the allowed time, so the start was stopped."),
        _START_AGAIN,
        ResolvedBy.USER,
        Action.START_AGAIN,
    ),
    FailureCode.PROCESS_EXITED: Explanation(
        _("The server stopped right after it started"),
        _("Your server's process stopped before it was ready."),
        _("Press start again. If it stops again, ask for support. Your files are safe."),
        ResolvedBy.USER,
        Action.START_AGAIN,
    ),
    FailureCode.LAB_SILENT: Explanation(
        _("The notebook is not responding"),
        _("Your server is running, but its notebook did not respond."),
        _("Stop the server and start it again. Your saved files are safe."),
        ResolvedBy.USER,
        Action.STOP,
    ),
    FailureCode.UNKNOWN: Explanation(
        _NOT_STARTED,
        _("The start failed for a reason that we do not know yet."),
        _("Press start again. If it fails again, ask for support. Your files are safe."),
        ResolvedBy.USER,
        Action.START_AGAIN,
    ),
}


def explain(code: str, *, reference: str, hook_message: str = "") -> Failure:
    """Return the failure `code` as a page shows it; an unrecognised code becomes UNKNOWN."""
    known = FailureCode(code) if code in FailureCode.values else FailureCode.UNKNOWN
    return Failure(known, EXPLANATIONS[known], reference, hook_message)
