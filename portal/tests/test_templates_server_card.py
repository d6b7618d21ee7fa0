"""The server card in every state: what it says, what it offers, and that it can be heard."""

import datetime as dt
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup, Tag
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation

from jupyter_integration.failures.catalogue import Action, explain
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.server_states import ServerState
from jupyter_integration.status.server_status import ServerStatus

ANCIENT = dt.timedelta(minutes=5)


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
    ServerState.UNKNOWN, "", stale=True, last_known=ServerState.READY, as_of=ago(ANCIENT)
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


def card(status: ServerStatus, *, next_path: str = "", follow: str = "") -> Tag:
    context = {"status": status, "next_path": next_path, "follow": follow, "version": "1f"}
    with translation.override("fa"):
        html = render_to_string("_server_card.html", context, RequestFactory().get("/"))
    found = BeautifulSoup(html, "html.parser").find(id="server-card")
    assert isinstance(found, Tag)
    return found


def said(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text().split())


def heading(status: ServerStatus) -> str:
    return said(card(status).find(id="server-heading"))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (STOPPED, "سرور شما متوقف است"),
        (QUEUED, "درخواست شما در صف است"),
        (STARTING, "سرور شما در حال راه‌اندازی است"),
        (READY, "سرور شما آماده است"),
        (STOPPING, "سرور شما در حال توقف است"),
        (FAILED, "دیسک پر است"),
        (CHECKING, "در حال بررسی"),
        (AWAY, "خطا در اتصال به JupyterHub"),
    ],
    ids=ALL,
)
def test_each_state_is_told_in_words(status: ServerStatus, words: str) -> None:
    assert heading(status) == words


@EVERY_STATE
def test_each_state_says_what_it_means_below_its_heading(status: ServerStatus) -> None:
    shown = card(status)
    assert shown.select(".server-card__message, .server-card__progress")


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        (STOPPED, {"server-start"}),
        (QUEUED, {"server-cancel"}),
        (STARTING, {"server-cancel"}),
        (READY, {"server-open", "server-stop-toggle", "server-stop"}),
        (STOPPING, set()),
        (FAILED, {"server-help", "server-start", "copy-S17"}),
        (CHECKING, set()),
        (AWAY, {"server-start"}),
    ],
    ids=ALL,
)
def test_each_state_offers_what_can_be_done_in_it(status: ServerStatus, offered: set[str]) -> None:
    controls = card(status).select("button, a, summary")
    assert {str(control.get("id")) for control in controls} == offered


@EVERY_STATE
def test_every_form_works_without_a_script(status: ServerStatus) -> None:
    for form in card(status, next_path="/user/sara/lab").find_all("form"):
        assert form["method"] == "post"
        assert form["action"] == form["hx-post"]
        assert form.find("input", {"name": "csrfmiddlewaretoken"})
        assert form.find("input", {"name": "next"})["value"] == "/user/sara/lab"
        assert form.find("button", {"type": "submit"})


def test_a_start_shows_its_progress_to_eyes_and_ears() -> None:
    bar = card(STARTING).find("progress")
    assert isinstance(bar, Tag)
    assert bar["role"] == "progressbar"
    assert (bar["value"], bar["aria-valuenow"]) == ("42", "42")
    assert (bar["max"], bar["aria-valuemin"], bar["aria-valuemax"]) == ("100", "0", "100")
    assert bar["aria-valuetext"] == "۴۲٪"
    assert bar["aria-label"] == "پیشرفت راه‌اندازی"
    assert "۴۲٪" in said(card(STARTING))
    assert "سرور در حال ساخته شدن است." in said(card(STARTING))


def test_the_time_of_a_start_is_counted_from_the_press() -> None:
    asked = replace(STARTING, since=ago(dt.timedelta(seconds=72)))
    timer = card(asked).find(attrs={"data-elapsed": True})
    assert isinstance(timer, Tag)
    assert timer["data-elapsed"] in ("72", "73", "74")
    assert said(timer) in ("۱:۱۲", "۱:۱۳", "۱:۱۴")


def test_a_start_in_line_has_no_percentage_yet() -> None:
    shown = card(QUEUED)
    bar = shown.find("progress")
    assert isinstance(bar, Tag)
    assert not bar.has_attr("value")
    assert not bar.has_attr("aria-valuenow")
    assert "٪" not in said(shown)
    assert "نفر ۲ صف هستید." in said(shown)


def test_a_running_server_is_stopped_only_after_a_question() -> None:
    question = card(READY).find("details")
    assert isinstance(question, Tag)
    assert not question.has_attr("open")
    assert question.find(id="server-stop")
    assert "فایل‌های ذخیره‌شده می‌مانند" in said(question)


def test_a_failure_tells_its_cause_the_remedy_and_a_code() -> None:
    shown = card(FAILED)
    assert "فضایی روی دیسک نمانده بود" in said(shown)
    assert "درخواست پشتیبانی کنید" in said(shown.select_one(".server-card__remedy"))
    code = shown.find("bdi", {"dir": "ltr"})
    assert said(code if isinstance(code, Tag) else None) == "S17"
    assert said(shown.find(id="server-start")) == "راه‌اندازی مجدد"


BUTTONS = {
    Action.START_AGAIN: ("server-start", "راه‌اندازی مجدد"),
    Action.WAIT_IN_QUEUE: ("server-start", "انتظار در صف"),
    Action.ASK_FOR_HELP: ("server-help", "درخواست پشتیبانی"),
    Action.STOP: ("server-stop-toggle", "توقف"),
}


@pytest.mark.parametrize("code", FailureCode)
def test_each_failure_has_one_button_and_says_who_mends_it(code: FailureCode) -> None:
    failure = explain(code, reference="S17")
    shown = card(replace(FAILED, failure=failure))
    key, words = BUTTONS[failure.action]

    actions = shown.select_one(".server-card__actions")
    [button] = actions.select(":scope > a.btn, :scope > form .btn-lg, :scope > details > summary")
    assert button["id"] == key
    assert words in said(button)
    with translation.override("fa"):
        assert str(failure.resolved_by.sentence) in said(shown)
    assert shown.find(id="server-help")["href"] == "/help/?about=S17"


def test_a_hooks_words_are_shown_as_text_beside_the_cause() -> None:
    refused = explain("refused_by_hook", reference="S17", hook_message="<b>کلاس</b> نیست\nفردا")
    shown = card(replace(FAILED, failure=refused))

    hook_message = shown.select_one(".server-card__hook-message")
    assert said(hook_message) == "<b>کلاس</b> نیستفردا"
    assert hook_message.find("b") is None
    assert card(FAILED).select_one(".server-card__hook-message") is None


def test_the_code_can_be_copied_with_one_press_and_read_without_a_script() -> None:
    shown = card(FAILED)
    copy = shown.find(id="copy-S17")
    assert copy["data-copy-text"] == said(shown.select_one(".reference bdi")) == "S17"
    assert copy["type"] == "button"


def test_with_the_hub_away_the_age_of_what_was_last_seen_is_told() -> None:
    shown = said(card(replace(AWAY, as_of=ago(ANCIENT))))
    assert "آخرین وضعیت: آماده، ۵ دقیقه پیش" in shown
    assert "همچنان اجرا می‌شود" in shown


@pytest.mark.parametrize("last_known", [None, *ServerState])
def test_whatever_was_last_seen_its_age_is_told(last_known: ServerState | None) -> None:
    # Its age from now: the module may have been read a while ago.
    away = replace(AWAY, last_known=last_known, as_of=ago(ANCIENT))
    assert "۵ دقیقه پیش" in said(card(away))


def test_an_old_state_is_shown_with_its_age() -> None:
    old = replace(STOPPING, stale=True, as_of=ago(ANCIENT))
    assert "مربوط به ۵ دقیقه پیش است" in said(card(old))


@EVERY_STATE
def test_a_card_says_when_and_where_to_ask_again(status: ServerStatus) -> None:
    shown = card(status, next_path="/user/sara/lab/tree/a b.ipynb", follow="7")
    assert float(str(shown["data-poll-after"])) == status.poll_after
    assert shown["hx-get"] == (
        "/dashboard/server/?follow=7&next=%2Fuser%2Fsara%2Flab%2Ftree%2Fa%20b.ipynb&seen=1f"
    )
    assert shown["hx-trigger"] == "refresh"
    assert shown["hx-swap"] == "outerHTML"


def test_a_page_that_was_asked_for_is_named_before_the_start() -> None:
    shown = card(STOPPED, next_path="/user/sara/lab/tree/lesson.ipynb")
    name = shown.find("bdi", {"dir": "ltr"})
    assert said(name if isinstance(name, Tag) else None) == "lab/tree/lesson.ipynb"


@EVERY_STATE
def test_no_state_is_told_by_colour_alone(status: ServerStatus) -> None:
    """Each has its own shape too: the sign beside the butterfly."""
    sign = card(status).select_one(".server-card__badge svg")
    assert sign is not None
    assert sign["aria-hidden"] == "true"


def test_the_signs_of_the_states_differ() -> None:
    signs = [str(card(status).select_one(".server-card__badge svg")) for status in ALL.values()]
    assert len(set(signs)) == len(signs)


@EVERY_STATE
def test_what_can_be_focused_keeps_its_focus_when_the_card_is_replaced(
    status: ServerStatus,
) -> None:
    """htmx gives the focus back to the element of the same id."""
    shown = card(status)
    controls = shown.select("a, button, summary")
    assert all(control.has_attr("id") for control in controls)
    ids = [tag["id"] for tag in shown.find_all(id=True)]
    assert len(set(ids)) == len(ids)
