"""Card of a stopped server: the sentence that says why it stopped, and for how long servers run."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HubEvent, SpawnRequest
from jupyter_integration.models.shown_rows import invalidate_user_rows
from jupyter_integration.tests.pages import DASHBOARD
from jupyter_integration.tests.scenes import see
from jupyter_integration.tests.stopped_servers import ago, event, give_stopped_server, stop_done

Kind = HubEvent.Kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def sara(sara: User) -> User:
    """Sara, whose server was started an hour ago and has stopped."""
    give_stopped_server(sara)
    return sara


@pytest.fixture
def card(sara: User) -> Any:
    def card(language: str = "fa") -> Any:
        sara.language = language
        sara.save()
        client = Client()
        client.force_login(sara)
        html = BeautifulSoup(client.get(DASHBOARD).content, "html.parser")
        return html.find(id="server-stop-reason")

    return card


def text(tag: Any) -> str:
    return " ".join(tag.get_text().split())


def test_card_shows_reason_and_time_in_both_calendars(sara, card) -> None:
    at = event(sara, Kind.EXITED, exit_status=137)

    shown = card()

    assert "تمام شدن حافظه" in text(shown)
    assert "کد خروج ۱۳۷" in text(shown)
    assert "۵ دقیقه پیش" in text(shown)
    assert "ساعت" in text(shown)
    moment = timezone.localtime(at)
    assert shown.find("time")["title"] == f"{moment:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("language", ["fa", "en"])
def test_each_cause_has_its_own_sentence(sara, nasrin, settings, card, language) -> None:
    sentences = set()

    def collect() -> None:
        sentences.add(text(card(language).find("span")).split("·")[0])

    collect()
    for exit_status in (None, 0, 1, 137):
        event(sara, Kind.EXITED, at=timezone.now(), exit_status=exit_status)
        collect()
    for reason, message in (
        ("OOMKilled", ""),
        ("Evicted", "The node was low on resource: memory. "),
        ("Evicted", 'Usage of EmptyDir volume "tmp" exceeds the limit "1Gi". '),
        ("NodeLost", ""),
        ("Deleted", ""),
    ):
        event(sara, Kind.EXITED, at=timezone.now(), reason=reason, message=message)
        collect()
    event(sara, Kind.ENDED_WITH_HUB, at=timezone.now())
    collect()
    event(sara, Kind.STOPPED, at=timezone.now(), last_activity=ago(hours=2))
    collect()
    event(sara, Kind.STOPPED, at=timezone.now())
    collect()
    settings.SERVER_MAX_AGE = 1800
    collect()
    stop_done(sara, by=nasrin, at=ago(seconds=30))
    collect()
    stop_done(sara, by=sara, at=ago(seconds=30))
    collect()

    assert len(sentences) == 16


def test_card_without_reason_has_no_empty_sentence(sara, card) -> None:
    SpawnRequest.objects.all().delete()
    invalidate_user_rows([sara.pk])

    assert card() is None


def test_unknown_cause_has_no_time(card) -> None:
    assert card().find("time") is None


def test_running_server_shows_each_limit_once(sara, client) -> None:
    see(sara, ready=True)
    client.force_login(sara)

    html = BeautifulSoup(client.get(DASHBOARD).content, "html.parser")

    main = " ".join(html.main.get_text().split())
    assert main.count("۱ ساعت") == 1
    assert main.count("۷ روز") == 1


def test_page_announces_the_longest_run(sara, client) -> None:
    client.force_login(sara)

    html = BeautifulSoup(client.get(DASHBOARD).content, "html.parser")

    aside = html.find("section", attrs={"aria-labelledby": "idle-heading"})
    assert "هیچ سروری بیش از ۷ روز روشن نمی‌ماند" in " ".join(aside.get_text().split())
