"""Errors of the API: a stable code for programs, a sentence for people."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def answer_with_code(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Return `{"code": …, "detail": …}` for errors of REST framework; None leads to a 500."""
    response = exception_handler(exception, context)
    if response is not None and isinstance(response.data, dict) and "detail" in response.data:
        response.data = {"code": response.data["detail"].code, "detail": response.data["detail"]}
    return response
