"""Accessibility of pages by axe: WCAG 2.2 AA and best practice, in both languages and themes."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SavedAnswer, SpawnRequest
from jupyter_integration.services.answer_help import answer_help
from jupyter_integration.services.request_help import request_help
from jupyter_integration.status import snapshots
from portal.help_pages import Topic
from tests.browser.live_pages import RUNNING, Opened
from tests.test_standalone_pages import PAGES as STANDALONE_PAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPTIONS = {
    # It would read the stylesheets again, in a way that the pages' policy forbids.
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
}
VISITOR_PAGES = (
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/privacy/",
    "/help/",
    *(f"/help/{topic}/" for topic in Topic),
    "/no-such-page/",
)
STUDENT_PAGES = (
    "/dashboard/",
    "/help/ask/",
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/sessions/",
    "/accounts/logout/",
    "/accounts/delete/",
)

# What axe sees differs by language (names) or by theme (contrast), never by both together.
each_view = pytest.mark.parametrize(("language", "scheme"), [("fa", "light"), ("en", "dark")])


def violations(page: Page) -> list[str]:
    """Return each violation: the rule, the elements, and what axe says of the first."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{rule['id']}: {[node['target'] for node in rule['nodes']][:5]} "
        f"{rule['nodes'][0]['failureSummary']}"
        for rule in found
    ]


def visit(page: Page, paths: Iterator[str] | tuple[str, ...]) -> dict[str, list[str]]:
    origin = page.url.split("/", 3)[:3]
    found = {}
    for path in paths:
        page.goto("/".join(origin) + path)
        found[path] = violations(page)
        print(path, *found[path], sep="\n    ")  # shown if the test fails
    return {path: rules for path, rules in found.items() if rules}


def speak(context: BrowserContext, origin: str, language: str) -> None:
    context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": origin}])


@each_view
def test_visitor_pages_have_no_violation(open_page: Opened, language: str, scheme: str) -> None:
    page = open_page("/", visitor=True, color_scheme=scheme, reduced_motion="reduce")
    speak(page.context, page.url, language)

    assert visit(page, VISITOR_PAGES) == {}


@each_view
def test_student_pages_have_no_violation(
    open_page: Opened, student: User, language: str, scheme: str
) -> None:
    User.objects.filter(pk=student.pk).update(language=language)
    asked = request_help(user=student, words="The server does not start.")
    answer_help(help_request=asked, staff=student, text="Which message do you see?", last_seen=0)
    page = open_page("/dashboard/", color_scheme=scheme, reduced_motion="reduce")
    page.click(".menu > summary")

    assert violations(page) == []
    support = (reverse("help_requests"), reverse("help_request", args=[asked.pk]))
    assert visit(page, (*STUDENT_PAGES, *support)) == {}


@each_view
def test_every_card_has_no_violation(
    open_page: Opened, student: User, language: str, scheme: str
) -> None:
    User.objects.filter(pk=student.pk).update(language=language)
    page = open_page("/dashboard/", color_scheme=scheme, reduced_motion="reduce")
    found = {}
    start = SpawnRequest.objects.create(user=student)
    for state in SpawnRequest.State.values:
        start.state = state
        start.finished_at = None if start.is_open else timezone.now()
        start.failure_code = FailureCode.NO_SPACE if state == "failed" else ""
        start.save()
        page.reload()
        found[state] = violations(page)
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    page.reload()
    page.click("#server-stop-toggle")
    found["stop question"] = violations(page)

    assert {name: rules for name, rules in found.items() if rules} == {}


def admin_pages(person: User, start: SpawnRequest, question: int) -> Iterator[str]:
    yield reverse("admin:index")
    yield reverse("system_state")
    yield reverse("admin:app_list", args=["jupyter_integration"])
    people, starts = "admin:accounts_user", "admin:jupyter_integration_spawnrequest"
    yield reverse(f"{people}_changelist")
    yield reverse(f"{people}_changelist") + "?q=nobody"
    yield reverse(f"{people}_add")
    yield reverse(f"{people}_change", args=[person.pk])
    yield reverse(f"{people}_history", args=[person.pk])
    yield reverse(f"{people}_delete", args=[person.pk])
    yield reverse(f"{starts}_changelist")
    yield reverse(f"{starts}_change", args=[start.pk])
    for model in ("stoprequest", "hubrevocation", "helprequest", "hubevent", "savedanswer"):
        yield reverse(f"admin:jupyter_integration_{model}_changelist")
    yield reverse("admin:jupyter_integration_helprequest_change", args=[question])
    yield reverse("admin:account_emailaddress_changelist")
    yield reverse("admin:auth_group_add")


@each_view
def test_admin_pages_have_no_violation(
    open_page: Opened, student: User, omid: User, language: str, scheme: str
) -> None:
    User.objects.filter(pk=student.pk).update(language=language, is_staff=True, is_superuser=True)
    start = SpawnRequest.objects.create(
        user=omid, state="failed", failure_code=FailureCode.NO_SPACE, finished_at=timezone.now()
    )
    question = request_help(user=omid, words="The server does not start.")
    answer_help(help_request=question, staff=student, text="Which message?", last_seen=0)
    SavedAnswer.objects.create(title="Disk", text="Delete large files.")
    page = open_page("/admin/", color_scheme=scheme, reduced_motion="reduce")

    assert visit(page, tuple(admin_pages(omid, start, question.pk))) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_hub_and_edge_have_no_violation(open_page: Opened, scheme: str) -> None:
    # A page of its own: the portal's policy would forbid their style.
    page = open_page("/", visitor=True, color_scheme=scheme).context.new_page()
    found = {}
    for name, html in STANDALONE_PAGES.items():
        page.set_content(html)
        found[name] = violations(page)

    assert {name: rules for name, rules in found.items() if rules} == {}
