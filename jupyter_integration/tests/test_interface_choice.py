"""Choice between JupyterLab and Notebook: by the width of the screen, until somebody chooses."""

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client
from django.urls import reverse

from jupyter_integration.tests.pages import DASHBOARD, HTMX, NOTEBOOK, OPEN, destination
from jupyter_integration.tests.scenes import provision, see

OPEN_WITH = reverse("server_open_with")
IN_NOTEBOOK = NOTEBOOK.replace("/lab/tree/", "/notebooks/")
NARROW = {"screen": "narrow"}


@pytest.fixture(autouse=True)
def running(sara) -> None:
    see(sara, ready=True)


def opened(browser: Client, **query: str) -> str:
    """Return the address in the server to which "open" leads."""
    return destination(browser.get(OPEN, query))[1]["next"][0]


def choose(browser: Client, interface: str, **headers: dict[str, str]):
    return browser.post(OPEN_WITH, {"interface": interface, "next": NOTEBOOK}, **headers)


def links(browser: Client, **query: str) -> list[str]:
    page = BeautifulSoup(browser.get(DASHBOARD, query).content, "html.parser")
    return [str(link["href"]) for link in page.select("#server-open a")]


def test_narrow_screen_opens_notebook(browser) -> None:
    assert opened(browser, **NARROW) == "/user/sara/tree"
    assert opened(browser, next=NOTEBOOK, **NARROW) == IN_NOTEBOOK


def test_wide_screen_opens_what_the_address_says(browser) -> None:
    assert opened(browser) == "/user/sara/lab"
    assert opened(browser, next=IN_NOTEBOOK) == IN_NOTEBOOK
    assert opened(browser, next=NOTEBOOK, screen="<b>") == NOTEBOOK


@pytest.mark.parametrize(("interface", "place"), [("lab", NOTEBOOK), ("notebook", IN_NOTEBOOK)])
def test_choice_wins_over_width_and_address(browser, interface: str, place: str) -> None:
    choose(browser, interface)

    for address in (NOTEBOOK, IN_NOTEBOOK):
        assert opened(browser, next=address) == place
        assert opened(browser, next=address, **NARROW) == place


@pytest.mark.parametrize("path", ["/user/omid/lab", "//evil.example/", "/user/sara/%2e%2e/omid/"])
def test_no_interface_leads_elsewhere(browser, path: str) -> None:
    assert opened(browser, next=path, **NARROW) == "/user/sara/tree"


def test_plain_form_opens_the_chosen_interface(browser) -> None:
    response = choose(browser, "notebook")

    assert destination(response) == (OPEN, {"next": [NOTEBOOK]})
    assert destination(browser.get(response["Location"]))[1]["next"] == [IN_NOTEBOOK]


def test_htmx_gets_card_that_opens_at_once(browser) -> None:
    response = choose(browser, "notebook", headers=HTMX)

    assert '"chosen": true' in response["HX-Trigger-After-Swap"]
    assert response.context["interface"] == "notebook"


def test_choice_is_kept_for_a_stopped_server(browser, sara) -> None:
    see(sara)

    assert "HX-Trigger-After-Swap" not in choose(browser, "notebook", headers=HTMX)

    see(sara, ready=True)
    assert opened(browser) == "/user/sara/tree"


def test_card_has_a_link_for_each_width(browser) -> None:
    assert links(browser) == [OPEN, f"{OPEN}?screen=narrow"]

    wide, narrow = links(browser, next=NOTEBOOK)
    assert opened_by(browser, wide) == NOTEBOOK
    assert opened_by(browser, narrow) == IN_NOTEBOOK


def opened_by(browser: Client, address: str) -> str:
    return destination(browser.get(address))[1]["next"][0]


def test_card_has_one_link_after_a_choice(browser) -> None:
    choose(browser, "lab")

    assert links(browser) == [OPEN]


def test_choice_is_of_one_account(browser, omid) -> None:
    choose(browser, "notebook")
    see(provision(omid), ready=True)
    browser.force_login(omid)

    assert opened(browser) == "/user/omid/lab"


@pytest.mark.parametrize("value", ["notebook", "notebook:1vOqWi:AAAA", "", "notebook:::"])
def test_cookie_without_our_signature_is_ignored(browser, value: str) -> None:
    browser.cookies[settings.INTERFACE_COOKIE_NAME] = value

    assert opened(browser) == "/user/sara/lab"


@pytest.mark.parametrize("interface", ["", "Lab", "//evil.example", "notebook\n"])
def test_unknown_interface_is_refused(browser, interface: str) -> None:
    assert choose(browser, interface).status_code == 400
    assert opened(browser) == "/user/sara/lab"


def test_choice_needs_the_csrf_token(sara) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(sara)

    assert choose(client, "notebook").status_code == 403
    assert client.get(OPEN_WITH).status_code == 303


def test_cookie_is_out_of_reach_of_scripts(browser) -> None:
    cookie = choose(browser, "lab").cookies[settings.INTERFACE_COOKIE_NAME]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 365 * 86_400
