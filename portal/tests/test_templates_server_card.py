"""The server card in every state: its texts, its controls and its accessibility."""

import datetime as dt
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup, Tag
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation

from accounts.models import User
from jupyter_integration.failures.catalogue import Action, explain
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.server_states import ServerState
from jupyter_integration.status.server_status import ServerStatus

FIVE_MINUTES = dt.timedelta(minutes=5)


def ago(span: dt.timedelta) -> dt.datetime:
    return timezone.now() - span


STOPPED = ServerStatus(ServerState.STOPPED, "", as_of=timezone.now())
QUEUED = ServerStatus(ServerState.QUEUED, "نفر 2 صف هستید.", progress=0, since=timezone.now())
STARTING = ServerStatus(
    ServerState.STARTING,
    "سرور در حال ساخته شدن است.",
    progress=42,
    since=ago(dt.timedelta(seconds=72)),
)
READY = ServerStatus(ServerState.READY, "", url="/server/open/", since=ago(dt.timedelta(hours=1)))
STOPPING = ServerStatus(ServerState.STOPPING, "", since=timezone.now())
FAILED = ServerStatus(ServerState.FAILED, "", failure=explain("no_space", reference="S17"))
CHECKING = ServerStatus(ServerState.UNKNOWN, "", checking=True)
AWAY = ServerStatus(
    ServerState.UNKNOWN, "", stale=True, last_known=ServerState.READY, as_of=ago(FIVE_MINUTES)
)
ALL = {
    "stopped": STOPPED,
    "queued": QUEUED,
    "starting": STARTING,
    "ready": READY,
    "stopping": STOPPING,
    "failed": FAILED,
    "checking": CHECKING,
    "away": AWAY,
}
EVERY_STATE = pytest.mark.parametrize("status", ALL.values(), ids=ALL)


READY_CONTROLS = {
    "server-open-lab",
    "server-open-notebook",
    "server-open-with",
    "open-with-lab",
    "open-with-notebook",
    "server-stop-toggle",
    "server-stop",
}


def card(status: ServerStatus, *, next_path: str = "", follow: str = "") -> Tag:
    context = {"status": status, "next_path": next_path, "follow": follow, "version": "1f"}
    context["user"] = User(pk=5)
    with translation.override("fa"):
        html = render_to_string("_server_card.html", context, RequestFactory().get("/"))
    found = BeautifulSoup(html, "html.parser").find(id="server-card")
    assert isinstance(found, Tag)
    return found


def text_of(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text().split())


@pytest.mark.parametrize(
    ("status", "heading", "controls"),
    [
        (STOPPED, "سرور شما متوقف است", {"server-start"}),
        (QUEUED, "درخواست شما در صف است", {"server-cancel", "server-notify"}),
        (STARTING, "سرور شما در حال راه‌اندازی است", {"server-cancel", "server-notify"}),
        (READY, "سرور شما آماده است", READY_CONTROLS),
        (STOPPING, "سرور شما در حال توقف است", set()),
        (FAILED, "دیسک پر است", {"server-help", "server-help-page", "server-start", "copy-S17"}),
        (CHECKING, "در حال بررسی", set()),
        (AWAY, "خطا در اتصال به JupyterHub", {"server-start"}),
    ],
    ids=ALL,
)
def test_state_has_heading_message_and_controls(
    status: ServerStatus, heading: str, controls: set[str]
) -> None:
    shown = card(status)
    assert text_of(shown.find(id="server-heading")) == heading
    assert shown.select(".server-card__message, .server-card__progress")
    assert {str(control.get("id")) for control in shown.select("button, a, summary")} == controls


@EVERY_STATE
def test_form_works_without_a_script(status: ServerStatus) -> None:
    for form in card(status, next_path="/user/sara/lab").find_all("form"):
        assert form["method"] == "post"
        assert form["action"] == form["hx-post"]
        assert form.find("input", {"name": "csrfmiddlewaretoken"})
        assert form.find("input", {"name": "next"})["value"] == "/user/sara/lab"
        assert form.find("button", {"type": "submit"})


def test_start_shows_its_progress_to_screen_readers_too() -> None:
    bar = card(STARTING).find("progress")
    assert isinstance(bar, Tag)
    assert bar["role"] == "progressbar"
    assert (bar["value"], bar["aria-valuenow"]) == ("42", "42")
    assert (bar["max"], bar["aria-valuemin"], bar["aria-valuemax"]) == ("100", "0", "100")
    assert bar["aria-valuetext"] == "۴۲٪"
    assert bar["aria-label"] == "پیشرفت راه‌اندازی"
    assert "۴۲٪" in text_of(card(STARTING))
    assert "سرور در حال ساخته شدن است." in text_of(card(STARTING))


def test_elapsed_time_counts_from_the_click() -> None:
    asked = replace(STARTING, since=ago(dt.timedelta(seconds=72)))
    timer = card(asked).find(attrs={"data-elapsed": True})
    assert isinstance(timer, Tag)
    assert timer["data-elapsed"] in ("72", "73", "74")
    assert text_of(timer) in ("۱:۱۲", "۱:۱۳", "۱:۱۴")


def test_queued_start_has_no_percentage() -> None:
    shown = card(QUEUED)
    bar = shown.find("progress")
    assert isinstance(bar, Tag)
    assert not bar.has_attr("value")
    assert not bar.has_attr("aria-valuenow")
    assert "٪" not in text_of(shown)
    assert "نفر ۲ صف هستید." in text_of(shown)


def test_stop_needs_a_confirmation() -> None:
    question = card(READY).find(id="server-stop-confirmation")
    assert isinstance(question, Tag)
    assert not question.has_attr("open")
    assert question.find(id="server-stop")
    assert "فایل‌های ذخیره‌شده می‌مانند" in text_of(question)


def test_failure_shows_cause_remedy_and_code() -> None:
    shown = card(FAILED)
    assert "فضایی روی دیسک نمانده بود" in text_of(shown)
    assert "درخواست پشتیبانی کنید" in text_of(shown.select_one(".server-card__remedy"))
    code = shown.find("bdi", {"dir": "ltr"})
    assert text_of(code if isinstance(code, Tag) else None) == "S17"
    assert text_of(shown.find(id="server-start")) == "راه‌اندازی مجدد"


BUTTONS = {
    Action.START_AGAIN: ("server-start", "راه‌اندازی مجدد"),
    Action.WAIT_IN_QUEUE: ("server-start", "انتظار در صف"),
    Action.ASK_FOR_HELP: ("server-help", "درخواست پشتیبانی"),
    Action.STOP: ("server-stop-toggle", "توقف"),
}


@pytest.mark.parametrize("code", FailureCode)
def test_failure_shows_one_button_and_its_resolver(code: FailureCode) -> None:
    failure = explain(code, reference="S17")
    shown = card(replace(FAILED, failure=failure))
    key, words = BUTTONS[failure.action]

    actions = shown.select_one(".server-card__actions")
    [button] = actions.select(":scope > a.btn, :scope > form .btn-lg, :scope > details > summary")
    assert button["id"] == key
    assert words in text_of(button)
    with translation.override("fa"):
        assert str(failure.resolved_by.sentence) in text_of(shown)
    assert shown.find(id="server-help")["href"] == "/help/ask/?about=S17"


def test_message_of_a_hook_is_shown_escaped() -> None:
    refused = explain("refused_by_hook", reference="S17", hook_message="<b>کلاس</b> نیست\nفردا")
    shown = card(replace(FAILED, failure=refused))

    hook_message = shown.select_one(".server-card__hook-message")
    assert text_of(hook_message) == "<b>کلاس</b> نیستفردا"
    assert hook_message.find("b") is None
    assert card(FAILED).select_one(".server-card__hook-message") is None


def test_code_has_a_copy_button() -> None:
    shown = card(FAILED)
    copy = shown.find(id="copy-S17")
    assert copy["data-copy-text"] == text_of(shown.select_one(".reference bdi")) == "S17"
    assert copy["type"] == "button"


def test_last_known_state_is_shown_with_its_age() -> None:
    # The age is relative to now: the module may have been imported a while ago.
    away = replace(AWAY, as_of=ago(FIVE_MINUTES))
    assert "آخرین وضعیت: آماده، ۵ دقیقه پیش" in text_of(card(away))
    assert "همچنان اجرا می‌شود" in text_of(card(away))
    for last_known in (None, *ServerState):
        assert "۵ دقیقه پیش" in text_of(card(replace(away, last_known=last_known)))


def test_stale_state_is_shown_with_its_age() -> None:
    old = replace(STOPPING, stale=True, as_of=ago(FIVE_MINUTES))
    assert "مربوط به ۵ دقیقه پیش است" in text_of(card(old))


@EVERY_STATE
def test_card_polls_with_its_version_and_next_page(status: ServerStatus) -> None:
    shown = card(status, next_path="/user/sara/lab/tree/a b.ipynb", follow="7")
    assert float(str(shown["data-poll-after"])) == status.poll_after
    assert shown["hx-get"] == (
        "/dashboard/server/?of=5&follow=7&next=%2Fuser%2Fsara%2Flab%2Ftree%2Fa%20b.ipynb&seen=1f"
    )
    assert shown["hx-trigger"] == "refresh"
    assert shown["hx-swap"] == "outerHTML"


def test_requested_page_is_named_before_the_start() -> None:
    shown = card(STOPPED, next_path="/user/sara/lab/tree/lesson.ipynb")
    name = shown.find("bdi", {"dir": "ltr"})
    assert text_of(name if isinstance(name, Tag) else None) == "lab/tree/lesson.ipynb"


def test_badge_of_each_state_has_its_own_icon() -> None:
    """A colour alone must not tell the states apart."""
    icons = [card(status).select_one(".server-card__badge svg") for status in ALL.values()]
    assert all(icon is not None and icon["aria-hidden"] == "true" for icon in icons)
    assert len({str(icon) for icon in icons}) == len(ALL)


@EVERY_STATE
def test_controls_have_unique_ids(
    status: ServerStatus,
) -> None:
    """htmx restores the focus to the element of the same id."""
    shown = card(status)
    controls = shown.select("a, button, summary")
    assert all(control.has_attr("id") for control in controls)
    ids = [tag["id"] for tag in shown.find_all(id=True)]
    assert len(set(ids)) == len(ids)
