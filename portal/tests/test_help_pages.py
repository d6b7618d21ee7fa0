"""Help pages: open to visitors, whole in both languages, and linked from what they explain."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jupyter_integration.failures.catalogue import explain
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.failures.help_topics import HELP_TOPICS
from portal.help_pages import HELP_PAGES, Topic
from tests.persian_spelling import FORMER_WORDS, SPELLING_MISTAKES, WORDING_MISTAKES
from tests.reading import latin_words, words_of_page

pytestmark = pytest.mark.django_db

INDEX = reverse("help_index")
TEXTS = Path(settings.BASE_DIR) / "templates/help_pages"


@pytest.fixture(params=["fa", "en"])
def reader(request: pytest.FixtureRequest, client: Client) -> Client:
    """A visitor who reads this language."""
    client.post(reverse("set_language"), {"language": request.param, "next": "/"})
    return client


def page_of(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200, address
    return BeautifulSoup(response.content, "html.parser")


def test_index_leads_to_every_page(reader: Client) -> None:
    links = [str(link["href"]) for link in page_of(reader, INDEX).select("a.topic")]
    titles = [page_of(reader, link).select_one("article h1").get_text() for link in links]
    assert len(set(titles)) == len(HELP_PAGES) == len(Topic)


@pytest.mark.parametrize("topic", Topic)
def test_both_languages_have_the_same_parts(topic: Topic) -> None:
    def parts(language: str) -> list[tuple[str, object]]:
        text = (TEXTS / language / f"{topic}.html").read_text("utf-8")
        tags = BeautifulSoup(text, "html.parser").find_all(["h2", "h3", "li", "pre", "p", "a"])
        return [(tag.name, tag.get("id") or tag.get("href")) for tag in tags]

    assert parts("fa") == parts("en")


@pytest.mark.parametrize("topic", Topic)
def test_persian_text_is_spelled_by_our_rules(client: Client, topic: Topic) -> None:
    page = client.get(f"{INDEX}{topic}/").content.decode()
    words = " ".join(words_of_page(page).replace("JupyterLab", "…").split())
    mistakes = SPELLING_MISTAKES | FORMER_WORDS | WORDING_MISTAKES
    assert [name for name, pattern in mistakes.items() if re.search(pattern, words)] == []


@pytest.mark.parametrize("topic", Topic)
def test_english_text_has_no_persian_word(client: Client, topic: Topic) -> None:
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    main = page_of(client, f"{INDEX}{topic}/").select_one("main")
    for code in main.select("pre"):
        code.decompose()
    assert re.findall(r"[آ-ی]+", main.get_text()) == []
    assert latin_words(main.get_text())


@pytest.mark.parametrize("topic", Topic)
def test_every_link_within_a_page_leads_somewhere(reader: Client, topic: Topic) -> None:
    for link in page_of(reader, f"{INDEX}{topic}/").select("article a"):
        address, _, part = str(link["href"]).partition("#")
        assert not part or page_of(reader, address).find(id=part)


def test_unknown_topic_is_not_found(client: Client) -> None:
    assert client.get(f"{INDEX}nothing/").status_code == 404


@pytest.mark.parametrize("code", FailureCode)
def test_failure_links_to_the_page_that_explains_it(client: Client, code: FailureCode) -> None:
    topic = explain(code, reference="S17").help_topic
    assert topic == HELP_TOPICS.get(code)
    assert topic is None or page_of(client, f"{INDEX}{topic}/")


def test_visitors_find_help_on_the_landing_page(client: Client) -> None:
    landing = page_of(client, "/")
    assert landing.select_one(f'main a[href="{INDEX}"]')
    assert landing.select_one(f'footer a[href="{INDEX}"]')


def test_signed_in_people_find_help_in_the_menu(client: Client, sara: User) -> None:
    client.force_login(sara)
    assert page_of(client, "/dashboard/").select_one(f'.menu a[href="{INDEX}"]')


def test_former_address_of_the_form_leads_to_it(client: Client, sara: User) -> None:
    client.force_login(sara)
    response = client.get(f"{INDEX}?about=S17")
    assert (response.status_code, response["Location"]) == (307, "/help/ask/?about=S17")


def test_form_of_an_older_page_still_arrives(client: Client, sara: User) -> None:
    client.force_login(sara)
    client.post(INDEX, {"words": "کمک", "about": ""}, follow=True)
    assert sara.help_requests.count() == 1
