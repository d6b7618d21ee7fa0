"""Addresses of the OpenID provider where the Hub and its browsers need stricter rules than allauth.

RFC 9700 (best current practice of OAuth) asks for each of them.
"""

from urllib.parse import parse_qs, urlsplit

from allauth.idp.oidc import views as allauth_views
from allauth.idp.oidc.models import Client, Token
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import issued_codes
from accounts.models import User


# The Hub protects this request itself (state, PKCE); allauth verifies the posted consent form.
@csrf_exempt
def authorize(request: HttpRequest) -> HttpResponse:
    """Sign a person in to the Hub, once the Hub has a user that is theirs."""
    if request.method != "POST":
        _refuse_lax_request(request)
    user = request.user
    if isinstance(user, User) and user.hub_user_created_at is None:
        messages.info(request, _("Your server account is being prepared. Try again in a moment."))
        return redirect("dashboard")
    response: HttpResponse = allauth_views.authorization(request)
    if isinstance(user, User):
        for code in parse_qs(urlsplit(response.headers.get("Location", "")).query).get("code", []):
            issued_codes.record(code, user)
    return response


@csrf_exempt  # the Hub's server side posts here, and cookies are ignored
@require_POST
def issue_token(request: HttpRequest) -> HttpResponse:
    """Redeem a code or a refresh token.

    A code that comes twice was stolen on one of its ways: its tokens are deleted (RFC 6749, 4.1.2).
    A code of before a password change or a sign-out everywhere opens nothing.
    """
    if request.POST.get("grant_type") != Client.GrantType.AUTHORIZATION_CODE:
        refreshed: HttpResponse = allauth_views.token(request)
        return refreshed
    code = request.POST.get("code", "")
    issued = issued_codes.find(code)
    if issued is not None and not issued.is_current:
        return _invalid_grant()
    is_first = issued_codes.claim(code)
    response: HttpResponse = allauth_views.token(request)
    if response.status_code == 401:  # not the client: its try neither uses a code up nor revokes
        if is_first:
            issued_codes.release(code)
        return response
    if not is_first:
        if issued is not None:
            Token.objects.filter(user_id=issued.user_id).delete()
        return _invalid_grant()
    if response.status_code != 200:
        issued_codes.release(code)
    return response


def _refuse_lax_request(request: HttpRequest) -> None:
    """Raise BadRequest for what the Hub never sends.

    allauth accepts every port of 127.0.0.1, for programs on one's own computer: on the host of a
    trial, programs of other people may listen there. It also accepts codes without PKCE or with
    `plain`, and answers in a fragment, which scripts of the page can read.
    """
    if not _has_registered_redirect(request):
        raise BadRequest("redirect_uri is not exactly one of the client's")
    if request.GET.getlist("code_challenge_method") != ["S256"]:
        raise BadRequest("code_challenge_method is not S256")
    if len(request.GET.getlist("code_challenge")) != 1 or not request.GET["code_challenge"]:
        raise BadRequest("there is no code_challenge")
    if request.GET.get("response_mode", "query") != "query":
        raise BadRequest("response_mode is not query")


def _has_registered_redirect(request: HttpRequest) -> bool:
    client_id = request.GET.get("client_id", "")
    if not client_id.isprintable():  # a database may refuse it
        return False
    client = Client.objects.filter(pk=client_id).first()
    return client is not None and request.GET.get("redirect_uri") in client.get_redirect_uris()


def _invalid_grant() -> JsonResponse:
    return JsonResponse({"error": "invalid_grant"}, status=400)
