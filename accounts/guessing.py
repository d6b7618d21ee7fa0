"""Guesses at passwords and codes, counted by account and network together.

Each network, and each browser that the account knows, has its own few guesses and growing waits at
an account. Unknown browsers of all networks together have a budget as well, against guesses that
are spread over many networks; known browsers are outside of it.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from allauth.account.signals import password_reset
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.audit_log import Event, record
from accounts.known_browsers import known_browser
from accounts.models import User
from accounts.networks import network_of
from portal.limits.guesses import count_guess, forget_guesses
from portal.limits.rates import Rate, give_back, take
from portal.persian.dates import stopwatch


@dataclass(frozen=True)
class Secret:
    """What is guessed, and how often unknown browsers of all networks may guess it."""

    name: str
    everywhere: Rate


PASSWORD = Secret("password", Rate(60, timedelta(hours=1)))
# Six digits, after the password was right.
FACTOR = Secret("factor", Rate(30, timedelta(days=1)))

# Of all accounts from one network: a class of 300 in which everybody mistypes once passes.
OF_NETWORK = Rate(600, timedelta(minutes=1))


class TooManyGuesses(ValidationError):
    """This guess is not verified."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        seconds = ceil(wait.total_seconds())
        countdown = format_html('<span data-countdown="{}">{}</span>', seconds, stopwatch(seconds))
        super().__init__(
            format_html(
                _("Too many attempts. For your protection, try again in {time}."), time=countdown
            ),
            code="too_many_guesses",
        )


class Guess:
    """One guess that is counted and may be verified."""

    def __init__(self, secret: Secret, account: str, network: str, browser: str | None) -> None:
        self._secret, self._account, self._network = secret, account, network
        self._browser = browser

    def count(self) -> None:
        """Count it. Raises TooManyGuesses if it may not be verified now."""
        wait = count_guess(*self._subject)
        if wait is None:
            wait = take("guesses of network", self._network, OF_NETWORK)
        if wait is None and self._browser is None:
            wait = take(self._secret.name, self._account, self._secret.everywhere)
        if wait is not None:
            raise TooManyGuesses(wait)

    def succeeded(self) -> None:
        """Start from zero: it was right."""
        forget_guesses(*self._subject)
        give_back("guesses of network", self._network, OF_NETWORK)
        if self._browser is None:
            give_back(self._secret.name, self._account, self._secret.everywhere)

    @property
    def _subject(self) -> tuple[str, ...]:
        return (self._secret.name, self._account, self._browser or self._network)


def begin(request: HttpRequest, secret: Secret, whose: User | str) -> Guess:
    """Count a guess at a secret of an account, or of a login that belongs to none.

    Raises:
        TooManyGuesses: it may not be verified now.
    """
    browser = None
    if isinstance(whose, User):
        account, browser = f"account {whose.pk}", known_browser(request, whose)
    else:
        account = f"login {whose.lower()}"
    guess = Guess(secret, account, network_of(request), browser)
    try:
        guess.count()
    except TooManyGuesses as refused:
        known, typed = (whose, "") if isinstance(whose, User) else (None, whose)
        seconds = ceil(refused.wait.total_seconds())
        record(
            Event.SIGN_IN_LIMITED,
            user=known,
            request=request,
            typed=typed,
            secret=secret.name,
            wait=f"{seconds}s",
        )
        raise
    return guess


def account_of(*, username: str = "", email: str = "") -> User | str:
    """Return the account that a login names, so that its name and addresses share one count.

    The login itself if there is none. Of several accounts that claim an address, the one whose main
    address it is: otherwise its guesses would count for whoever else has added the address.
    """
    user = get_user_by_username(username) if username else None
    if user is None and email:
        users = filter_users_by_email(email, prefer_verified=True, for_login=True)
        users.sort(key=lambda found: (found.email != email.lower(), found.pk))
        user = users[0] if users else None
    return user or username or email


@receiver(password_reset)
def forget_guesses_of_owner(request: HttpRequest, user: User, **_kwargs: object) -> None:
    """Let the person who has just set a password by mail sign in at once."""
    forget_guesses(PASSWORD.name, f"account {user.pk}", network_of(request))
