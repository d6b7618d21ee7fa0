"""Host names of Labs for the edge, which asks before it requests a certificate for a name."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.hub_usernames import is_legal_hub_username
from accounts.models import User


@require_safe
@never_cache
def check_lab_host(request: HttpRequest) -> HttpResponse:
    """Return 200 if `domain` is the host name of an active person's Lab, otherwise 404.

    Without this check anybody could make the edge request certificates for invented names. Caddy
    sends `domain` and reads the status (its directive `on_demand_tls`).
    """
    label, _, parent = request.GET.get("domain", "").lower().partition(".")
    is_below_hub = parent == urlsplit(settings.HUB_URL).hostname
    if (
        is_below_hub
        and is_legal_hub_username(label)
        and User.objects.filter(hub_username=label, is_active=True).exists()
    ):
        return HttpResponse("known\n", content_type="text/plain")
    return HttpResponse("unknown\n", content_type="text/plain", status=404)
