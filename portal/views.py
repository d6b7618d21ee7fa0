"""Landing page and help pages, which visitors read as well."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from portal.help_pages import HELP_PAGES


@require_safe
def show_landing(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("dashboard")
    return render(request, "landing.html", {"signed_out": request.GET.get("signed-out", "")})


@require_http_methods(["GET", "HEAD", "POST"])
def show_help_index(request: HttpRequest) -> HttpResponse:
    if request.method == "POST" or "about" in request.GET:
        # The support form had this address: links of earlier mails and pages that are still open.
        address = f"{reverse('help')}?{request.GET.urlencode()}"
        return HttpResponseRedirect(address, preserve_request=True)
    return render(request, "help_pages/index.html", {"pages": HELP_PAGES})


@require_safe
def show_help_page(request: HttpRequest, topic: str) -> HttpResponse:
    for number, page in enumerate(HELP_PAGES):
        if page.topic == topic:
            following = HELP_PAGES[number + 1 : number + 2]
            text = f"help_pages/{get_language()}/{topic}.html"
            context = {"page": page, "text": text, "following": next(iter(following), None)}
            return render(request, "help_pages/page.html", context)
    raise Http404
