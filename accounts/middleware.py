"""Language of pages: the reader's choice, and Persian until they choose."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.models import User


class ChosenLanguageMiddleware:
    """Activate the account's language, or the one that a visitor chose in the footer.

    Accept-Language is ignored: phones sold in Iran often send English, and their owners read
    Persian (docs/adr/0005).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_language(request)
        with translation.override(language):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


def chosen_language(request: HttpRequest) -> str:
    """Return the code of the language that the reader of this request chose."""
    if isinstance(request.user, User):
        return request.user.language
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in User.Language.values else settings.LANGUAGE_CODE
