"""Sign-out: a question with one button, for the portal and the Hub together."""

from urllib.parse import urlencode

from allauth.account.views import LogoutView
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from accounts.models import User
from jupyter_integration import conf
from jupyter_integration.hub.signed import sign_out_proof, signed_in_accounts
from jupyter_integration.services.request_session_end import request_session_end
from jupyter_integration.status import hub_availability

SIGNED_OUT = "/?signed-out=1"
SIGNED_OUT_WITHOUT_HUB = "/?signed-out=hub-away"


class SignOut(LogoutView):
    """allauth's sign-out. The Hub's sign-out and that of a Lab lead here as well.

    The Hub acts only with a proof that this page was answered in the same browser, since any page
    can make a browser GET the Hub's own address. In `hub` the Hub names whom it knows: often the
    Hub's session is older or younger than the portal's.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask. A visitor whom nobody knows is signed out already."""
        if request.user.is_authenticated or self._hub_accounts(request.GET):
            return self.render_to_response(self.get_context_data())
        if "hub" in request.GET or hub_availability.read().is_unavailable:
            return redirect(SIGNED_OUT)
        return redirect(f"{settings.HUB_URL}/hub/logout")  # the Hub comes back with `hub`

    def post(self, request: HttpRequest) -> HttpResponse:
        accounts = self._hub_accounts(request.POST)
        if isinstance(request.user, User):
            accounts |= {request.user.hub_username}
        self.logout()
        if not accounts:
            return redirect(SIGNED_OUT)
        if hub_availability.read().is_unavailable:
            # Only the Hub knows which session is this browser's: once it answers, it ends all.
            for name in User.objects.filter(hub_username__in=accounts).values_list(
                "hub_username", flat=True
            ):
                request_session_end(hub_username=name)
            return redirect(SIGNED_OUT_WITHOUT_HUB)
        proof = sign_out_proof(conf.webhook_secrets(), accounts)
        return redirect(f"{settings.HUB_URL}/hub/logout?{urlencode({'portal': proof})}")

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context: dict[str, object] = super().get_context_data(**kwargs)
        return context | {"hub": self.request.GET.get("hub", "")}

    def _hub_accounts(self, query: QueryDict) -> frozenset[str]:
        return signed_in_accounts(conf.webhook_secrets(), query.get("hub", ""))
