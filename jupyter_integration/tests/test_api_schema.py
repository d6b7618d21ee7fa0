"""/api/schema/: what it says is what is answered."""

import jsonschema
import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from accounts.models import User
from jupyter_integration.tests.scenes import provision
from jupyter_integration.tests.states import STATES, ready

URL = "/api/v1/server/"


@pytest.fixture
def sara(sara: User) -> User:
    """Sara, with a user of her own on the Hub."""
    return provision(sara)


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    client.force_login(sara)
    return client


@pytest.fixture(scope="module")
def schema() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def as_json_schema(openapi: dict) -> dict:
    """OpenAPI 3.0 says "nullable" where JSON Schema has a type of its own."""

    def convert(node: object) -> object:
        if isinstance(node, list):
            return [convert(item) for item in node]
        if not isinstance(node, dict):
            return node
        converted = {key: convert(value) for key, value in node.items()}
        if converted.pop("nullable", False):
            converted["type"] = [converted["type"], "null"]
        return converted

    return {"components": convert(openapi["components"]), "$ref": "#/components/schemas/Server"}


def test_it_is_valid_and_complete(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")


def test_it_names_the_three_calls_and_no_address_inside(schema) -> None:
    assert set(schema["paths"]) == {URL}
    assert set(schema["paths"][URL]) == {"get", "post", "delete"}
    assert set(schema["paths"][URL]["post"]["responses"]) == {"202"}


@pytest.mark.parametrize("make", STATES)
def test_what_is_answered_is_what_it_says(browser, sara, schema, make) -> None:
    make(sara)
    answer = browser.get(URL).json()

    jsonschema.validate(answer, as_json_schema(schema))


def test_it_says_more_than_nothing(browser, sara, schema) -> None:
    ready(sara)
    answer = browser.get(URL).json()

    for name in answer:
        broken = {key: value for key, value in answer.items() if key != name}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, as_json_schema(schema))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(answer | {"state": "asleep"}, as_json_schema(schema))


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
def test_it_can_be_read(browser, path: str) -> None:
    assert browser.get(path).status_code == 200
