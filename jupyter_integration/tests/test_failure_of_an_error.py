"""An error of a call to the Hub is a failure of the start for which the call was made."""

import json
from pathlib import Path

import pytest

from jupyter_integration.failures.classify import code_of_error
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub import errors

SAMPLES = Path(__file__).parent / "hub" / "samples"


def subclasses(kind: type) -> set[type]:
    return {kind}.union(*(subclasses(child) for child in kind.__subclasses__()))


@pytest.mark.parametrize(
    ("sample", "kind", "code"),
    [
        ("limit_active_429", errors.HubThrottled, FailureCode.HUB_FULL),
        ("limit_concurrent_429", errors.HubThrottled, FailureCode.HUB_BUSY),
        ("token_bad", errors.HubUnauthorized, FailureCode.TOKEN_REFUSED),
        ("token_absent", errors.HubUnauthorized, FailureCode.TOKEN_REFUSED),
        ("token_lacks_scope_start", errors.HubUnauthorized, FailureCode.SCOPE_MISSING),
        ("token_lacks_scope_create", errors.HubUnauthorized, FailureCode.SCOPE_MISSING),
        ("server_start_bad_body", errors.HubBadRequest, FailureCode.HUB_REFUSED),
        ("server_start_while_stopping", errors.HubConflict, FailureCode.HUB_REFUSED),
    ],
)
def test_the_recorded_refusals_are_understood(
    sample: str, kind: type[errors.HubError], code: FailureCode
) -> None:
    recorded = json.loads((SAMPLES / f"{sample}.json").read_text(encoding="utf-8"))

    assert code_of_error(kind("refused", hub_message=recorded["body"]["message"])) is code


@pytest.mark.parametrize("kind", sorted(subclasses(errors.HubError), key=lambda k: k.__name__))
def test_each_error_of_the_hub_has_a_failure(kind: type[errors.HubError]) -> None:
    code = code_of_error(kind("so it went"))

    assert (code is FailureCode.UNKNOWN) == (kind is errors.HubError)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.HubUnreachable, FailureCode.HUB_AWAY),
        (errors.HubTimeout, FailureCode.HUB_AWAY),
        (errors.HubStarting, FailureCode.HUB_AWAY),
        (errors.HubServerError, FailureCode.HUB_AWAY),
        (errors.HubThrottled, FailureCode.HUB_BUSY),
        (errors.HubUnauthorized, FailureCode.TOKEN_REFUSED),
        (errors.HubBadRequest, FailureCode.HUB_REFUSED),
        (errors.HubNotFound, FailureCode.HUB_REFUSED),
        (errors.HubConflict, FailureCode.HUB_REFUSED),
        (errors.HubProtocolError, FailureCode.HUB_BROKEN_ANSWER),
    ],
)
def test_an_error_of_a_call_is_a_failure_even_without_words(
    kind: type[errors.HubError], code: FailureCode
) -> None:
    assert code_of_error(kind("so it went")) is code
