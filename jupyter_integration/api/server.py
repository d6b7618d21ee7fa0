"""API of the signed-in user's own server, at /api/v1/server/."""

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from jupyter_integration.api.throttles import ChangeThrottle, ReadThrottle
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.refresh_if_stale import refresh_if_stale
from jupyter_integration.services.request_spawn import AddressNotConfirmedError, request_spawn
from jupyter_integration.services.request_stop import request_stop
from jupyter_integration.status.dashboard_data import read_dashboard_data
from jupyter_integration.status.queries import server_status
from jupyter_integration.status.server_status import ServerStatus


class ServerSerializer(serializers.Serializer):
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in ServerState])
    server_active = serializers.BooleanField(help_text="Whether a server runs, starts or stops.")
    url = serializers.URLField(allow_null=True, help_text="Where to open it; null unless ready.")
    progress = serializers.IntegerField(
        allow_null=True, help_text="Percent, while queued or starting."
    )
    message = serializers.CharField(help_text="One sentence in the user's language.")
    since = serializers.DateTimeField(allow_null=True, help_text="When this state began.")
    as_of = serializers.DateTimeField(allow_null=True, help_text="When the Hub was last read.")
    stale = serializers.BooleanField(help_text="The Hub cannot be read; as_of is old.")


class ErrorSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="For programs; it never changes.")
    detail = serializers.CharField(help_text="One sentence in the user's language.")


ERRORS = {
    status.HTTP_403_FORBIDDEN: ErrorSerializer,  # not signed in, or no CSRF token
    status.HTTP_406_NOT_ACCEPTABLE: ErrorSerializer,  # responses are JSON
    status.HTTP_429_TOO_MANY_REQUESTS: ErrorSerializer,
}


# A change reads the request's form for its CSRF token.
ERRORS_OF_CHANGES = ERRORS | {
    status.HTTP_400_BAD_REQUEST: ErrorSerializer,
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: ErrorSerializer,
}


class AuthenticatedApiRequest(Request):
    """For annotations only: the permission classes refuse all others."""

    user: User


class ServerView(APIView):
    """Read, start and stop the server. Workers carry out starts and stops after the response."""

    throttle_scope = "server-read"

    def get_throttles(self) -> list:
        safe = self.request.method in ("GET", "HEAD", "OPTIONS")
        return [ReadThrottle() if safe else ChangeThrottle()]

    @extend_schema(operation_id="read_server", responses={200: ServerSerializer} | ERRORS)
    def get(self, request: AuthenticatedApiRequest) -> Response:
        """Return the state of your server."""
        current = read_dashboard_data(request.user.pk).status
        refresh_if_stale(user=request.user, status=current)
        return Response(_as_json(current))

    @extend_schema(
        operation_id="start_server",
        request=None,
        responses={202: ServerSerializer} | ERRORS_OF_CHANGES,
    )
    def post(self, request: AuthenticatedApiRequest) -> Response:
        """Request your server; a second request changes nothing."""
        try:
            request_spawn(user=request.user)
        except AddressNotConfirmedError as error:
            sentence = _("Confirm your email address first.")
            raise PermissionDenied(sentence, code="address_not_confirmed") from error
        return _accepted(request.user)

    @extend_schema(
        operation_id="stop_server", responses={202: ServerSerializer} | ERRORS_OF_CHANGES
    )
    def delete(self, request: AuthenticatedApiRequest) -> Response:
        """Stop your server, or cancel its start."""
        request_stop(user=request.user, requested_by=request.user)
        return _accepted(request.user)


def _accepted(user: User) -> Response:
    return Response(_as_json(server_status(user)), status=status.HTTP_202_ACCEPTED)


def _as_json(current: ServerStatus) -> dict:
    url = f"{settings.PORTAL_URL}{current.url}" if current.url else None
    return {
        "state": current.state.value,
        "server_active": current.server_active,
        "url": url,
        "progress": current.progress,
        "message": str(current.message),
        "since": current.since,
        "as_of": current.as_of,
        "stale": current.stale,
    }
