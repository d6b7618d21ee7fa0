"""API schema: it describes what the API returns."""

import jsonschema
import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from jupyter_integration.tests.states import STATES, ready

URL = "/api/v1/server/"


@pytest.fixture(scope="module")
def schema() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def as_json_schema(openapi: dict) -> dict:
    """Convert OpenAPI 3.0's "nullable" to JSON Schema's type "null"."""

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


def test_schema_is_valid(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")


def test_schema_has_exactly_the_three_calls(schema) -> None:
    assert set(schema["paths"]) == {URL}
    assert set(schema["paths"][URL]) == {"get", "post", "delete"}
    errors = {"400", "403", "406", "415", "429"}
    assert set(schema["paths"][URL]["post"]["responses"]) == {"202"} | errors


@pytest.mark.parametrize("make", STATES)
def test_response_matches_the_schema(browser, sara, schema, make) -> None:
    make(sara)
    answer = browser.get(URL).json()

    jsonschema.validate(answer, as_json_schema(schema))


def test_schema_refuses_other_responses(browser, sara, schema) -> None:
    ready(sara)
    answer = browser.get(URL).json()

    for name in answer:
        broken = {key: value for key, value in answer.items() if key != name}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, as_json_schema(schema))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(answer | {"state": "asleep"}, as_json_schema(schema))


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
def test_schema_pages_exist(browser, path: str) -> None:
    assert browser.get(path).status_code == 200
