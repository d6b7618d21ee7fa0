"""Hub's part of a sign-in: the calls of its authenticator."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.test import Client

VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
AUTHORIZE = "/identity/o/authorize"
TOKEN = "/identity/o/api/token"
USERINFO = "/identity/o/api/userinfo"


class Hub:
    """The Hub's server side, which uses another address of the portal than browsers do."""

    def __init__(self) -> None:
        self.callback = f"{settings.HUB_URL}/hub/oauth_callback"
        self.secret = settings.OIDC_CLIENT_SECRET
        self.portal = Client(headers={"host": "127.0.0.1:8080"})

    def authorize_url(self, **changes: str) -> str:
        query = {
            "response_type": "code",
            "redirect_uri": self.callback,
            "client_id": "jupyterhub",
            "state": "the-state",
            "scope": "openid profile",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{AUTHORIZE}?{urlencode(query | changes)}"

    def redeem(self, code: str, **changes: str):
        return self.portal.post(
            TOKEN,
            {
                "client_id": "jupyterhub",
                "client_secret": self.secret,
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": VERIFIER,
                "redirect_uri": self.callback,
            }
            | changes,
        )

    def refresh(self, token: str):
        return self.portal.post(
            TOKEN,
            {
                "client_id": "jupyterhub",
                "client_secret": self.secret,
                "grant_type": "refresh_token",
                "refresh_token": token,
            },
        )

    def userinfo(self, token: str):
        return self.portal.get(USERINFO, headers={"authorization": f"Bearer {token}"})


def code_of(response) -> str:
    [code] = parse_qs(urlsplit(response["Location"]).query)["code"]
    return code
