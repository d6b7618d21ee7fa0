"""Rows for `scripts/screenshots`: a function for each state of a server, an account, the system."""

import datetime as dt

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.resources import STOPPED_SERVER, Server
from jupyter_integration.models import (
    HelpMessage,
    HelpRequest,
    HubEvent,
    SavedAnswer,
    SpawnRequest,
    StopRequest,
)
from jupyter_integration.monitoring import reconciliation_report
from jupyter_integration.status import hub_availability, snapshots
from jupyter_integration.testing.hub_away import find_the_hub_away
from portal import heartbeats

State = SpawnRequest.State


def person(username: str) -> User:
    """Return Sara Mohammadi under this username, without the rights of staff."""
    user, _ = User.objects.get_or_create(
        username=username,
        defaults={
            "first_name": "سارا",
            "last_name": "محمدی",
            "email": f"{username}@example.ir",
            "hub_user_created_at": timezone.now(),
        },
    )
    user.is_staff = user.is_superuser = False
    user.set_password("a-password-for-screenshots")
    user.save()
    return user


# --- The user's server ----------------------------------------------------------------------------


def new(user: User) -> None:
    """The time that the card names is that of somebody else's start."""
    now = timezone.now()
    earlier = now - dt.timedelta(seconds=8)
    SpawnRequest.objects.create(
        user=person("earlier"), state=State.READY, taken_up_at=earlier, finished_at=now
    )
    snapshots.record(user.pk, STOPPED_SERVER, as_of=timezone.now())


def stopped(user: User) -> None:
    _create_stopped_server(user)
    finished_at = timezone.now() - dt.timedelta(minutes=25)
    StopRequest.objects.create(user=user, requested_by=user, stopped=True, finished_at=finished_at)


def stopped_when_idle(user: User) -> None:
    _create_stopped_server(user)
    _create_stop_event(user, HubEvent.Kind.STOPPED, idle_for=dt.timedelta(minutes=62))


def killed(user: User) -> None:
    _create_stopped_server(user)
    _create_stop_event(user, HubEvent.Kind.EXITED, exit_status=137)


def queued(user: User) -> None:
    _create_earlier_starts(user)
    SpawnRequest.objects.create(user=person("earlier-in-queue"))
    SpawnRequest.objects.create(user=user)


def starting(user: User) -> None:
    _create_earlier_starts(user)
    _create_start(
        user,
        timezone.now() - dt.timedelta(seconds=6),
        state=State.STARTING,
        progress=42,
        message="Spawning server...",
    )


def ready(user: User) -> None:
    _create_earlier_starts(user)
    snapshots.record(user.pk, _running_server(user), as_of=timezone.now())


def stopping(user: User) -> None:
    ready(user)
    StopRequest.objects.create(user=user, requested_by=user)


def failed(user: User, code: FailureCode = FailureCode.NO_SPACE, message: str = "") -> None:
    SpawnRequest.objects.create(
        user=user,
        state=State.FAILED,
        failure_code=code,
        message=message,
        finished_at=timezone.now() + dt.timedelta(seconds=4),
    )
    snapshots.record(user.pk, STOPPED_SERVER, as_of=timezone.now())


def refused_by_hook(user: User) -> None:
    message = (
        "Spawn failed: 403 SpawnException(reason=exam): تا پایان امتحان، ساعت ۱۲، فقط"
        " سرورهای کلاس «آمار ۲» راه‌اندازی می‌شوند."
    )
    failed(user, FailureCode.REFUSED_BY_HOOK, message)


def lab_silent(user: User) -> None:
    failed(user, FailureCode.LAB_SILENT)
    snapshots.record(user.pk, _running_server(user), as_of=timezone.now())


def hub_busy(user: User) -> None:
    failed(user, FailureCode.HUB_BUSY)


def checking(user: User) -> None:
    _create_earlier_starts(user)


def hub_unavailable(user: User) -> None:
    _create_earlier_starts(user)
    five_minutes_ago = timezone.now() - dt.timedelta(minutes=5)
    snapshots.record(user.pk, _running_server(user), as_of=five_minutes_ago)
    find_the_hub_away()


def _running_server(user: User) -> Server:
    return Server(
        ready=True,
        pending=None,
        url=f"/user/{user.hub_username}/",
        started=timezone.now() - dt.timedelta(minutes=42),
        last_activity=timezone.now(),
        stopped=False,
    )


def _create_stopped_server(user: User) -> None:
    _create_earlier_starts(user)
    snapshots.record(user.pk, STOPPED_SERVER, as_of=timezone.now())


def _create_start(user: User, created_at: dt.datetime, **fields: object) -> None:
    start = SpawnRequest.objects.create(user=user, **fields)
    SpawnRequest.objects.filter(pk=start.pk).update(created_at=created_at)


def _create_earlier_starts(user: User) -> None:
    for days, seconds, state in (
        (3, 4, State.CANCELLED),
        (2, 21, State.FAILED),
        (1, 7, State.READY),
    ):
        age = dt.timedelta(days=days, hours=2 * days, minutes=11 * days)
        _create_ended_start(user, seconds, state, FailureCode.PROCESS_EXITED, age)


def _create_ended_start(
    user: User,
    seconds: int,
    state: State,
    code: str = "",
    age: dt.timedelta = dt.timedelta(0),
) -> None:
    """Create a start that took this many seconds."""
    created_at = timezone.now() - age
    _create_start(
        user,
        created_at,
        state=state,
        finished_at=created_at + dt.timedelta(seconds=seconds),
        failure_code=code if state == State.FAILED else "",
    )


def _create_stop_event(
    user: User,
    kind: str,
    *,
    exit_status: int | None = None,
    idle_for: dt.timedelta = dt.timedelta(0),
) -> None:
    happened_at = timezone.now() - dt.timedelta(minutes=25)
    HubEvent.objects.create(
        message_id="msg_of_the_screenshot",
        kind=kind,
        hub_username=user.hub_username,
        happened_at=happened_at,
        exit_status=exit_status,
        last_activity=happened_at - idle_for,
    )


# --- The user's account ---------------------------------------------------------------------------


def support_requests(user: User) -> None:
    """Create one request of today without an answer, one of last week with its answer."""
    stopped(user)
    HelpRequest.objects.filter(user=user).delete()
    for days, words in ((6, "فضای دیسک من پر شده است."), (0, "نوت‌بوک درس ۴ باز نمی‌شود.")):
        request = HelpRequest.objects.create(
            user=user, words=words, server_state="stopped", language="fa"
        )
        created_at = timezone.now() - dt.timedelta(days=days, minutes=20)
        HelpRequest.objects.filter(pk=request.pk).update(
            created_at=created_at,
            answered_at=created_at + dt.timedelta(hours=2) if days else None,
        )
    _write_thread(request)


def support_for_staff(user: User) -> None:
    """Show the same to a member of staff, with an answer that she saved."""
    support_requests(user)
    SavedAnswer.objects.all().delete()
    SavedAnswer.objects.create(title="فضای دیسک پر است", text="سلام، فایل‌های بزرگ را حذف کنید.")
    user.is_staff = user.is_superuser = True
    user.save()


def _write_thread(asked: HelpRequest) -> None:
    nasrin = person("nasrin")
    User.objects.filter(pk=nasrin.pk).update(first_name="نسرین", last_name="احمدی")
    for is_from_staff, text in (
        (True, "سلام، چه پیامی می‌بینید؟\nلطفاً متن خطا را همین‌جا بنویسید."),
        (False, "نوشته است: ModuleNotFoundError: No module named 'hazm'"),
    ):
        HelpMessage.objects.create(
            help_request=asked,
            author=nasrin if is_from_staff else asked.user,
            is_from_staff=is_from_staff,
            text=text,
        )


def two_addresses(user: User) -> None:
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    EmailAddress.objects.create(user=user, email="sara.mohammadi@students.example.ir")


# --- The system -----------------------------------------------------------------------------------


def class_of_people(user: User) -> None:
    """A class of students with Persian names, among them one who signed up with a long name."""
    _make_staff(user)
    names = ("زهرا کریمی", "امیرحسین رضایی", "نرگس مؤمنی", "آرش کاظمی", "مریم سادات هاشمی")
    for number, name in enumerate(names):
        student = person(f"40123456{number}")
        student.first_name, student.last_name = name.split(" ", 1)
        student.is_active = number != 3
        student.save()
    person("a-very-long-user-name-" + "of-somebody-" * 8)


def healthy_system(user: User) -> None:
    _make_staff(user)
    for part in heartbeats.PARTS:
        heartbeats.record_heartbeat(part)
    for seconds in (3, 4, 4, 6, 11):
        _create_ended_start(user, seconds, State.READY)
    now = timezone.now()
    reconciliation_report.record_unknown_servers([], as_of=now - dt.timedelta(seconds=12))
    reconciliation_report.record_unknown_users([], as_of=now - dt.timedelta(minutes=34))


def broken_system(user: User) -> None:
    """No spawn worker runs, seven starts wait in the queue, and half of the starts fail."""
    _make_staff(user)
    heartbeats.record_heartbeat("beat")
    heartbeats.record_heartbeat("worker")
    for number in range(14):
        code = FailureCode.IMAGE_MISSING if number % 4 == 1 else FailureCode.NO_SPACE
        state = State.FAILED if number % 2 else State.READY
        _create_ended_start(user, 4 + number, state, code)
    now = timezone.now()
    for number in range(7):
        waited = dt.timedelta(minutes=9, seconds=-20 * number)
        _create_start(person(f"in-queue-{number}"), now - waited)
    reconciliation_report.count_drift(3)
    reconciliation_report.record_unknown_servers(["m-karimi", "old-course-7"], as_of=now)
    reconciliation_report.record_unknown_users(["hub-admin", "m-karimi", "old-course-7"], as_of=now)


def _make_staff(user: User) -> None:
    user.is_staff = user.is_superuser = True
    user.save()
    hub_availability.record_answer()
    reconciliation_report.record_hub_version("6.1.1")
    reconciliation_report.record_hub_answers(is_back=True)
