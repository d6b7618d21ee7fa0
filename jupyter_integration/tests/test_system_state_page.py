"""/admin/hub/ tells the worst first, in a sentence, with what to do."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest
from jupyter_integration.monitoring import reconciliation_report
from jupyter_integration.status import hub_availability
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.tests.scenes import start
from portal.heartbeats import PARTS, record_heartbeat

State = SpawnRequest.State
PAGE = "/admin/hub/"


@pytest.fixture
def staff(client: Client, nasrin: User) -> Client:
    nasrin.language = "en"
    nasrin.save()
    client.force_login(nasrin)
    return client


@pytest.fixture
def all_well(db: None) -> None:
    hub_availability.record_answer()
    for part in PARTS:
        record_heartbeat(part)
    for record in (
        reconciliation_report.record_unknown_servers,
        reconciliation_report.record_unknown_users,
    ):
        record([], as_of=timezone.now())


def silence(*parts: str) -> None:
    cache.delete_many([f"heartbeat:{part}" for part in parts])


def alerts(staff: Client) -> list[tuple[str, str]]:
    """Kind and sentence of each, from the top."""
    response = staff.get(PAGE)
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    return [
        (part.select_one(".system-alert-kind").text.strip(), part.h2.text.strip())
        for part in page.select(".system-alert")
    ]


def many_failures(user: User, count: int = 6) -> None:
    for _time in range(count):
        start(user, State.FAILED, failure_code=FailureCode.NO_SPACE)


def test_when_all_is_well_it_says_so(staff, all_well) -> None:
    [(kind, _sentence)] = alerts(staff)
    assert kind == "All is well"


def test_a_hub_that_is_away_comes_first_with_for_how_long(staff, all_well, sara) -> None:
    reconciliation_report.record_unknown_servers(["stranger"], as_of=timezone.now())
    many_failures(sara)
    find_the_hub_away()

    found = alerts(staff)
    assert found[0][0] == "Broken now"
    assert "JupyterHub has not responded" in found[0][1]
    assert found[-1][0] == "Good to know"


def test_a_hub_that_refuses_our_token_is_told_from_one_that_is_away(staff, all_well) -> None:
    hub_availability.record_refusal()

    [(kind, sentence)] = alerts(staff)
    assert kind == "Broken now"
    assert "token" in sentence


def test_a_hub_that_nobody_asks_is_not_called_well(staff, all_well) -> None:
    cache.delete_many(hub_availability.KEYS)

    [(kind, sentence)] = alerts(staff)
    assert kind == "Getting worse"
    assert sentence.startswith("JupyterHub has not been checked")


@pytest.mark.parametrize(
    ("silent", "words"),
    [
        (["spawn_worker"], "The spawn worker"),
        (["worker"], "The default worker"),
        (["beat"], "The scheduler (beat)"),
        (["beat", "worker", "spawn_worker"], "The workers and the scheduler"),
    ],
)
def test_a_silent_part_is_named_with_the_command_that_starts_it(
    staff, all_well, silent: list[str], words: str
) -> None:
    silence(*silent)

    [(_kind, sentence)] = alerts(staff)
    assert sentence.startswith(words)
    html = staff.get(PAGE).content.decode()
    for part in silent:
        assert f"portal:{part.replace('_', '-')}" in html


def test_the_commands_of_containers_are_those_of_compose(staff, all_well, settings) -> None:
    settings.TRIAL = False
    silence("spawn_worker")

    assert "docker compose restart spawn-worker" in staff.get(PAGE).content.decode()


def test_many_failures_are_told_with_their_reason_and_a_way_to_them(staff, all_well, sara) -> None:
    many_failures(sara)

    [(kind, sentence)] = alerts(staff)
    assert kind == "Broken now"
    assert "6 of the last 6 starts failed" in sentence
    assert "disk" in sentence


def test_a_few_failures_among_many_starts_are_none_of_it(staff, all_well, sara) -> None:
    many_failures(sara, 2)
    for _time in range(10):
        start(sara, State.READY)

    assert [kind for kind, _ in alerts(staff)] == ["All is well"]


def test_a_long_wait_is_told_unless_it_follows_from_something_worse(staff, all_well, sara) -> None:
    request = start(sara)
    SpawnRequest.objects.filter(pk=request.pk).update(
        created_at=timezone.now() - timedelta(minutes=7)
    )
    assert [kind for kind, _ in alerts(staff)] == ["Getting worse"]

    silence("spawn_worker")
    assert [kind for kind, _ in alerts(staff)] == ["Broken now"]


def test_strangers_are_named_with_the_command_that_links_them(staff, all_well) -> None:
    reconciliation_report.record_unknown_servers(["m-karimi"], as_of=timezone.now())

    assert [kind for kind, _ in alerts(staff)] == ["Good to know"]
    html = staff.get(PAGE).content.decode()
    assert "m-karimi" in html
    assert "adopt_hub_users" in html


def test_much_drift_and_a_comparison_that_stands_still_are_told(staff, all_well) -> None:
    reconciliation_report.count_drift(25)
    reconciliation_report.record_unknown_servers([], as_of=timezone.now() - timedelta(minutes=5))

    assert [kind for kind, _ in alerts(staff)] == ["Getting worse", "Good to know"]


def test_without_its_cache_it_is_shown_and_says_so(staff, sara, settings) -> None:
    start(sara)
    settings.CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2},
        }
    }

    [(kind, sentence)] = alerts(staff)
    assert kind == "Broken now"
    assert sentence.startswith("The cache is not responding")


def test_every_link_leads_somewhere(staff, all_well, sara) -> None:
    many_failures(sara)
    start(sara)
    page = BeautifulSoup(staff.get(PAGE).content, "html.parser")
    links = [str(link["href"]) for link in page.select(".system-state a")]

    assert len(links) >= 5
    for link in links:
        assert staff.get(link).status_code == 200, link


def test_the_list_behind_a_number_shows_as_many(staff, all_well, sara) -> None:
    many_failures(sara)
    start(sara, State.READY)
    page = BeautifulSoup(staff.get(PAGE).content, "html.parser")
    link = next(a for a in page.select(".facts a") if "failure_code__exact" in str(a["href"]))

    assert staff.get(str(link["href"])).context["cl"].queryset.count() == 6


def test_it_runs_from_right_to_left_for_readers_of_persian(client, nasrin, all_well) -> None:
    client.force_login(nasrin)
    html = BeautifulSoup(client.get(PAGE).content, "html.parser").html
    assert html is not None
    assert (html["lang"], html["dir"]) == ("fa", "rtl")


def test_it_needs_few_queries_however_many_starts_there_are(
    staff, all_well, sara, django_assert_max_num_queries
) -> None:
    SpawnRequest.objects.bulk_create(
        SpawnRequest(user=sara, state=State.READY, finished_at=timezone.now()) for _n in range(3000)
    )
    staff.get(PAGE)

    with django_assert_max_num_queries(10):
        staff.get(PAGE)


class TestWhoMaySee:
    def test_students_and_visitors_may_not(self, client, sara) -> None:
        assert client.get(PAGE).status_code == 302
        client.force_login(sara)
        assert client.get(PAGE).status_code in (302, 403)

    @pytest.mark.parametrize(("may", "status"), [(True, 200), (False, 403)])
    def test_of_staff_those_who_may_see_starts(self, client, omid, may: bool, status: int) -> None:
        omid.is_staff = True
        omid.save()
        if may:
            omid.user_permissions.add(Permission.objects.get(codename="view_spawnrequest"))
        client.force_login(omid)

        assert client.get(PAGE).status_code == status
        assert (PAGE in client.get(reverse("admin:index")).content.decode()) is may

    def test_nothing_is_changed_by_looking(self, staff) -> None:
        assert staff.post(PAGE).status_code == 405
