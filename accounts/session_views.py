"""Page of one's sessions, with the button that ends all others."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from accounts.services.end_sessions import Reason, end_sessions


class Sessions(ListUserSessionsView):
    """allauth's list of sessions. Its button also closes JupyterLab, and spares this session.

    It asks the password again: a browser left open must not sign its owner out elsewhere.
    """

    @method_decorator(reauthentication_required)
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        end_sessions(user=self.request.user, reason=Reason.REQUESTED)
        update_session_auth_hash(self.request, self.request.user)
        UserSession.objects.create_from_request(self.request)  # the session has a new key
        messages.success(self.request, _("You are signed out everywhere but here."))
        return redirect("usersessions_list")
