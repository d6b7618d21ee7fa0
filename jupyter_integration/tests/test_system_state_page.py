"""Page /admin/hub/: alerts in the order of their severity, facts, and permissions."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest
from jupyter_integration.monitoring import reconciliation_report, refused_events
from jupyter_integration.status import hub_availability
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.testing.hub_hooks import SentEvent, post, post_raw
from jupyter_integration.tests.scenes import UNREACHABLE_CACHE, employ, start
from portal.caches import copies
from portal.heartbeats import PARTS, record_heartbeat

State = SpawnRequest.State
PAGE = "/admin/hub/"


@pytest.fixture
def staff(staff: Client, nasrin: User) -> Client:
    User.objects.filter(pk=nasrin.pk).update(language="en")
    return staff


@pytest.fixture
def all_well(db: None) -> None:
    hub_availability.record_answer()
    for part in PARTS:
        record_heartbeat(part)
    reconciliation_report.record_unknown_servers([], as_of=timezone.now())
    reconciliation_report.record_unknown_users([], as_of=timezone.now())


def silence(*parts: str) -> None:
    copies.delete_many([f"heartbeat:{part}" for part in parts])


def alerts(staff: Client) -> list[tuple[str, str]]:
    """Return kind and sentence of each alert, from the top."""
    return [
        (part.select_one(".system-alert-kind").text.strip(), part.h2.text.strip())
        for part in page_of(staff).select(".system-alert")
    ]


def page_of(client: Client) -> BeautifulSoup:
    response = client.get(PAGE)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def fail_starts(user: User, count: int = 6) -> None:
    for _number in range(count):
        start(user, State.FAILED, failure_code=FailureCode.NO_SPACE)


def test_unavailable_hub_is_the_first_alert(staff, all_well, sara) -> None:
    reconciliation_report.record_unknown_servers(["stranger"], as_of=timezone.now())
    fail_starts(sara)
    find_the_hub_away()

    found = alerts(staff)
    assert found[0][0] == "Broken now"
    assert "JupyterHub has not responded" in found[0][1]
    assert found[-1][0] == "Good to know"


def test_rejected_token_and_unchecked_hub_are_shown(staff, all_well) -> None:
    hub_availability.record_refusal()
    [(kind, sentence)] = alerts(staff)
    assert (kind, "token" in sentence) == ("Broken now", True)

    copies.delete_many(hub_availability.KEYS)
    assert alerts(staff) == [("Getting worse", "JupyterHub has not been checked for a while.")]


@pytest.mark.parametrize(
    ("silent", "beginning"),
    [
        (["spawn_worker"], "The spawn worker"),
        (["worker"], "The default worker"),
        (["beat"], "The scheduler (beat)"),
        (["beat", "worker", "spawn_worker"], "The workers and the scheduler"),
    ],
)
def test_silent_process_is_named_with_its_command(
    staff, all_well, settings, silent: list[str], beginning: str
) -> None:
    silence(*silent)
    names = [part.replace("_", "-") for part in silent]

    [(_kind, sentence)] = alerts(staff)
    assert sentence.startswith(beginning)
    assert all(f"portal:{name}" in page_of(staff).pre.text for name in names)
    settings.TRIAL = False
    assert page_of(staff).pre.text == f"docker compose restart {' '.join(names)}"


def test_many_failures_are_shown_with_reason(staff, all_well, sara) -> None:
    fail_starts(sara)

    [(kind, sentence)] = alerts(staff)
    assert kind == "Broken now"
    assert sentence == "6 of the last 6 starts failed. Most frequent reason: The disk is full"


@pytest.mark.parametrize(("failed", "ready"), [(2, 0), (6, 19)])
def test_few_failures_are_no_alert(staff, all_well, sara, failed: int, ready: int) -> None:
    fail_starts(sara, failed)
    for _number in range(ready):
        start(sara, State.READY)

    assert [kind for kind, _ in alerts(staff)] == ["All is well"]


def test_long_wait_is_hidden_by_its_cause(staff, all_well, sara) -> None:
    request = start(sara)
    SpawnRequest.objects.filter(pk=request.pk).update(
        created_at=timezone.now() - timedelta(minutes=7)
    )
    assert [kind for kind, _ in alerts(staff)] == ["Getting worse"]

    silence("spawn_worker")
    assert [kind for kind, _ in alerts(staff)] == ["Broken now"]


def test_unknown_servers_are_named_with_command(staff, all_well) -> None:
    reconciliation_report.record_unknown_servers(["m-karimi"], as_of=timezone.now())

    assert [kind for kind, _ in alerts(staff)] == ["Good to know"]
    page = page_of(staff)
    assert page.select_one(".names").text.strip() == "m-karimi"
    assert "adopt_hub_users" in page.pre.text


@pytest.mark.parametrize(
    ("hub_ahead", "shown"),
    [
        (timedelta(minutes=10), "its clock is 10 minutes ahead of the portal's."),
        (timedelta(minutes=-10), "its clock is 10 minutes behind the portal's."),
    ],
)
def test_refused_events_of_a_wrong_clock_are_shown(
    staff, all_well, hub_ahead: timedelta, shown: str
) -> None:
    event = SentEvent(kind="server.exited", username="sara")
    response = post(event, sent_at=timezone.now() + hub_ahead)
    assert response.status_code == 403

    [(kind, sentence)] = alerts(staff)
    assert kind == "Getting worse"
    assert sentence.endswith(shown)

    post(SentEvent(kind="server.exited", username="sara"))
    assert [kind for kind, _ in alerts(staff)] == ["All is well"]


def test_refused_events_of_another_secret_are_shown(staff, all_well, clock) -> None:
    other = ["whsec_" + "b2xk" * 10]
    event = SentEvent(kind="server.exited", username="sara")
    assert post(event, secrets=other).status_code == 403
    clock.go(0.5)
    assert post(event, secrets=other).status_code == 403
    refused = refused_events.read()

    assert refused is not None
    assert refused.since == clock.now - timedelta(seconds=0.5)
    [(_kind, sentence)] = alerts(staff)
    assert sentence.endswith("not signed with the portal's \u2066WEBHOOK_SECRET\u2069.")


@pytest.mark.parametrize("timestamp", ["", "soon", "9" * 30, "-" + "9" * 30, "1e3"])
def test_post_that_is_no_event_is_no_alert(staff, all_well, timestamp: str) -> None:
    assert post_raw("{}", webhook_timestamp=timestamp).status_code == 403
    assert post_raw("{}", webhook_signature="").status_code == 403

    assert [kind for kind, _ in alerts(staff)] == ["All is well"]


def test_drift_and_old_reconciliation_are_shown(staff, all_well) -> None:
    reconciliation_report.count_drift(25)
    reconciliation_report.record_unknown_servers([], as_of=timezone.now() - timedelta(minutes=5))

    assert [kind for kind, _ in alerts(staff)] == ["Getting worse", "Good to know"]


@pytest.mark.parametrize("is_mailed", [True, False])
def test_unmailed_support_requests_are_an_alert(staff, all_well, nasrin, is_mailed: bool) -> None:
    if not is_mailed:
        User.objects.filter(pk=nasrin.pk).update(email="")

    page = staff.get(PAGE).content.decode()

    assert ("SUPPORT_EMAIL=support@example.ir" in page) != is_mailed


def test_page_works_without_cache(staff, sara, settings) -> None:
    start(sara)
    settings.CACHES = settings.CACHES | UNREACHABLE_CACHE

    [(kind, sentence)] = alerts(staff)
    assert (kind, sentence[:28]) == ("Broken now", "The cache is not responding:")


def test_links_lead_to_pages(staff, all_well, sara) -> None:
    fail_starts(sara)
    start(sara)
    page = page_of(staff)
    links = [str(link["href"]) for link in page.select(".system-state a")]

    assert len(links) >= 5
    for link in links:
        assert staff.get(link).status_code == 200, link
    [link] = page.select(".facts a[href*=failure_code__exact]")
    assert link.text == "6"
    assert staff.get(str(link["href"])).context["cl"].queryset.count() == 6


def test_page_needs_few_queries(staff, all_well, sara, django_assert_max_num_queries) -> None:
    for _number in range(30):
        start(sara, State.READY)
    staff.get(PAGE)

    with django_assert_max_num_queries(11):
        staff.get(PAGE)


def test_students_and_visitors_are_refused(client, sara) -> None:
    assert client.get(PAGE).status_code == 302
    client.force_login(sara)
    assert client.get(PAGE).status_code in (302, 403)


def test_staff_need_permission_to_see_starts(client, omid) -> None:
    for permissions, status in (([], 403), (["view_spawnrequest"], 200)):
        employ(omid, *permissions)
        client.force_login(User.objects.get(pk=omid.pk))

        assert client.get(PAGE).status_code == status
        index = client.get(reverse("admin:index")).content.decode()
        assert (PAGE in index) is bool(permissions)


def test_post_is_not_allowed(staff) -> None:
    assert staff.post(PAGE).status_code == 405
