"""Webhook for events of the Hub, POST /hooks/jupyterhub/, signed as Standard Webhooks.

https://www.standardwebhooks.com describes the headers. jupyterhub/portal_events.py sends.
"""

import hmac
import logging
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from standardwebhooks import Webhook, WebhookVerificationError

from jupyter_integration.hub.resources import BrokenResource, read_event
from jupyter_integration.hub.responses import decode
from jupyter_integration.monitoring import refused_events
from jupyter_integration.monitoring.refused_events import RefusalCause
from jupyter_integration.services.record_hub_event import record_hub_event

logger = logging.getLogger(__name__)

LONGEST_BODY = 16 * 1024  # bytes; ours have some hundreds
LONGEST_ID = 255  # characters


@csrf_exempt  # no browser posts here, and cookies are ignored
@require_POST
def receive_hub_event(request: HttpRequest) -> HttpResponse:
    """Return 204 if the event is stored, now or before.

    413: the body is too long. 403: there is no valid signature of the last five minutes. 400: the
    signed event is malformed. A retry improves none of these.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > 10 or int(length) > LONGEST_BODY:
        return _refuse(413, f"more than {LONGEST_BODY} bytes")
    if (reason := _signature_error(request)) is not None:
        _record_refusal(request)
        return _refuse(403, reason)
    refused_events.record_accepted()
    message_id = request.headers["webhook-id"]
    if len(message_id) > LONGEST_ID:
        return _refuse(400, f"'webhook-id' has more than {LONGEST_ID} characters")
    try:
        event = read_event(decode(request.body))
    except BrokenResource as error:
        return _refuse(400, str(error))
    sent_at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
    record_hub_event(message_id=message_id, event=event, sent_at=sent_at)
    return HttpResponse(status=204)


def _signature_error(request: HttpRequest) -> str | None:
    """Return why no secret has signed the request; None if one has.

    While a secret is replaced, both are in the settings. The package compares in constant time and
    allows five minutes between the two clocks.
    """
    reason = "WEBHOOK_SECRET is not set"
    for secret in settings.WEBHOOK_SECRETS:
        try:
            Webhook(secret).verify(request.body, dict(request.headers), json_parse=False)
        except WebhookVerificationError as error:
            reason = str(error)
        except ValueError:  # no base64, no comma, no UTF-8
            reason = "Malformed signature or body"
        else:
            return None
    return reason


def _record_refusal(request: HttpRequest) -> None:
    """Record for staff why the signature is refused: the sender's clock, or its secret."""
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    message_id, timestamp, signatures = (request.headers.get(name, "") for name in names)
    try:
        sent_at = datetime.fromtimestamp(int(timestamp), UTC)
        text = request.body.decode()
    except (ValueError, OverflowError, OSError):
        return  # not of a Hub
    ours = [Webhook(secret).sign(message_id, sent_at, text) for secret in settings.WEBHOOK_SECRETS]
    is_ours = any(
        hmac.compare_digest(given.encode(), signature.encode())
        for given in signatures.split()
        for signature in ours
    )
    if is_ours:
        ahead = sent_at - timezone.now()
        refused_events.record_refusal(RefusalCause.CLOCK, hub_clock_ahead=ahead)
    elif signatures:
        refused_events.record_refusal(RefusalCause.SIGNATURE)


def _refuse(status: int, reason: str) -> HttpResponse:
    logger.warning("Event at the webhook refused: %d, %s", status, reason)
    return HttpResponse(reason, status=status, content_type="text/plain")
