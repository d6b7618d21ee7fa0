"""Who is pictured, and how their server is: what `scripts/screenshots` puts into its database."""

import datetime as dt

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.resources import STOPPED_SERVER, Server
from jupyter_integration.models import HelpRequest, HubEvent, SpawnRequest, StopRequest
from jupyter_integration.monitoring import reconciliation_report
from jupyter_integration.status import hub_availability, snapshots
from jupyter_integration.testing.hub_away import find_the_hub_away
from portal import heartbeats

State = SpawnRequest.State


def running_server(hub_username: str) -> Server:
    return Server(
        ready=True,
        pending=None,
        url=f"/user/{hub_username}/",
        started=timezone.now() - dt.timedelta(minutes=42),
        last_activity=timezone.now(),
        stopped=False,
    )


def person(name: str) -> User:
    """Sara, with as many accounts as there are states to picture."""
    user, _ = User.objects.get_or_create(
        username=name,
        defaults={
            "first_name": "سارا",
            "last_name": "محمدی",
            "email": f"{name}@example.ir",
            "hub_user_created_at": timezone.now(),
        },
    )
    user.is_staff = user.is_superuser = False
    user.set_password("a-password-for-pictures")
    user.save()
    return user


def earlier_starts(user: User) -> None:
    for days, seconds, state in (
        (3, 4, State.CANCELLED),
        (2, 21, State.FAILED),
        (1, 7, State.READY),
    ):
        asked = timezone.now() - dt.timedelta(days=days, hours=2 * days, minutes=11 * days)
        start = SpawnRequest.objects.create(
            user=user,
            state=state,
            finished_at=asked + dt.timedelta(seconds=seconds),
            failure_code=FailureCode.PROCESS_EXITED if state == State.FAILED else "",
        )
        SpawnRequest.objects.filter(pk=start.pk).update(created_at=asked)


def is_new(user: User) -> None:
    snapshots.record(user.pk, STOPPED_SERVER, as_of=timezone.now())


def is_stopped(user: User) -> None:
    earlier_starts(user)
    snapshots.record(user.pk, STOPPED_SERVER, as_of=timezone.now())


def was_idle(user: User) -> None:
    is_stopped(user)
    _has_ended(user, HubEvent.Kind.STOPPED, idle_for=dt.timedelta(minutes=62))


def was_killed(user: User) -> None:
    is_stopped(user)
    _has_ended(user, HubEvent.Kind.EXITED, exit_status=137)


def _has_ended(
    user: User,
    kind: str,
    *,
    exit_status: int | None = None,
    idle_for: dt.timedelta = dt.timedelta(0),
) -> None:
    at = timezone.now() - dt.timedelta(minutes=25)
    HubEvent.objects.create(
        message_id="msg_of_the_picture",
        kind=kind,
        hub_username=user.hub_username,
        happened_at=at,
        exit_status=exit_status,
        last_activity=at - idle_for,
    )


def is_queued(user: User) -> None:
    earlier_starts(user)
    SpawnRequest.objects.create(user=person("earlier-in-line"))
    SpawnRequest.objects.create(user=user)


def is_starting(user: User) -> None:
    earlier_starts(user)
    start = SpawnRequest.objects.create(
        user=user, state=State.STARTING, progress=42, message="Spawning server..."
    )
    SpawnRequest.objects.filter(pk=start.pk).update(
        created_at=timezone.now() - dt.timedelta(seconds=6)
    )


def is_ready(user: User) -> None:
    earlier_starts(user)
    snapshots.record(user.pk, running_server(user.hub_username), as_of=timezone.now())


def is_stopping(user: User) -> None:
    is_ready(user)
    StopRequest.objects.create(user=user, requested_by=user)


def has_failed(user: User) -> None:
    SpawnRequest.objects.create(
        user=user,
        state=State.FAILED,
        failure_code=FailureCode.NO_SPACE,
        finished_at=timezone.now() + dt.timedelta(seconds=4),
    )
    snapshots.record(user.pk, STOPPED_SERVER, as_of=timezone.now())


def was_refused(user: User) -> None:
    has_failed(user)
    SpawnRequest.objects.update(
        failure_code=FailureCode.REFUSED_BY_HOOK,
        message="Spawn failed: 403 SpawnException(reason=exam): تا پایان امتحان، ساعت ۱۲، فقط"
        " سرورهای کلاس «آمار ۲» راه‌اندازی می‌شوند.",
    )


def has_a_silent_lab(user: User) -> None:
    has_failed(user)
    SpawnRequest.objects.update(failure_code=FailureCode.LAB_SILENT)
    snapshots.record(user.pk, running_server(user.hub_username), as_of=timezone.now())


def has_waited_in_vain(user: User) -> None:
    has_failed(user)
    SpawnRequest.objects.update(failure_code=FailureCode.HUB_BUSY)


def has_asked(user: User) -> None:
    """A request of today that waits, and one of last week with its answer."""
    earlier_starts(user)
    snapshots.record(user.pk, STOPPED_SERVER, as_of=timezone.now())
    HelpRequest.objects.filter(user=user).delete()
    for days, words in ((6, "فضای دیسک من پر شده است."), (0, "نوت‌بوک درس ۴ باز نمی‌شود.")):
        asked = HelpRequest.objects.create(
            user=user, words=words, server_state="stopped", language="fa"
        )
        when = timezone.now() - dt.timedelta(days=days, minutes=20)
        HelpRequest.objects.filter(pk=asked.pk).update(
            created_at=when, answered_at=when + dt.timedelta(hours=2) if days else None
        )


def is_not_known_yet(user: User) -> None:
    earlier_starts(user)


def is_out_of_sight(user: User) -> None:
    earlier_starts(user)
    five_minutes_ago = timezone.now() - dt.timedelta(minutes=5)
    snapshots.record(user.pk, running_server(user.hub_username), as_of=five_minutes_ago)
    find_the_hub_away()


def has_two_addresses(user: User) -> None:
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    EmailAddress.objects.create(user=user, email="sara.mohammadi@students.example.ir")


def looks_after_it(user: User) -> None:
    user.is_staff = user.is_superuser = True
    user.save()
    reconciliation_report.record_hub_version("6.1.1")
    reconciliation_report.record_hub_answers(is_back=True)


def sees_that_all_is_well(user: User) -> None:
    looks_after_it(user)
    hub_availability.record_answer()
    for part in heartbeats.PARTS:
        heartbeats.record_heartbeat(part)
    for seconds in (3, 4, 4, 6, 11):
        ended_start(user, seconds, State.READY)
    reconciliation_report.record_unknown_servers(
        [], as_of=timezone.now() - dt.timedelta(seconds=12)
    )
    reconciliation_report.record_unknown_users([], as_of=timezone.now() - dt.timedelta(minutes=34))


def sees_what_is_broken(user: User) -> None:
    looks_after_it(user)
    hub_availability.record_answer()
    heartbeats.record_heartbeat("beat")
    heartbeats.record_heartbeat("worker")
    for number in range(14):
        failed = number % 2
        code = FailureCode.IMAGE_MISSING if number % 4 == 1 else FailureCode.NO_SPACE
        ended_start(user, 4 + number, State.FAILED if failed else State.READY, code)
    for number in range(7):
        start = SpawnRequest.objects.create(user=person(f"in-line-{number}"))
        asked = timezone.now() - dt.timedelta(minutes=9, seconds=-20 * number)
        SpawnRequest.objects.filter(pk=start.pk).update(created_at=asked)
    reconciliation_report.count_drift(3)
    now = timezone.now()
    reconciliation_report.record_unknown_servers(["m-karimi", "old-course-7"], as_of=now)
    reconciliation_report.record_unknown_users(["hub-admin", "m-karimi", "old-course-7"], as_of=now)


def ended_start(user: User, seconds: int, state: State, code: str = "") -> None:
    now = timezone.now()
    start = SpawnRequest.objects.create(
        user=user,
        state=state,
        finished_at=now + dt.timedelta(seconds=seconds),
        failure_code=code if state == State.FAILED else "",
    )
    SpawnRequest.objects.filter(pk=start.pk).update(created_at=now)
