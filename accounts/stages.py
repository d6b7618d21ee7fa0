"""Stage of a sign-in that asks for a confirmed address."""

from allauth.account.stages import EmailVerificationStage
from django.http import HttpResponse


class ConfirmedAddressStage(EmailVerificationStage):
    """allauth's stage, for people who signed up themselves.

    Staff vouch for the accounts that they make, and the first administrator has no address.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if self.login.user is not None and not self.login.user.signed_up:
            return None, True
        return super().handle()
