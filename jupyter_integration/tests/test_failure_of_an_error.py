"""Failure codes of Hub errors."""

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
        ("token_lacks_scope_start", errors.HubUnauthorized, FailureCode.SCOPE_MISSING),
        ("server_start_bad_body", errors.HubBadRequest, FailureCode.HUB_REFUSED),
        ("server_start_while_stopping", errors.HubConflict, FailureCode.HUB_REFUSED),
    ],
)
def test_recorded_refusals_map_to_their_failures(
    sample: str, kind: type[errors.HubError], code: FailureCode
) -> None:
    recorded = json.loads((SAMPLES / f"{sample}.json").read_text(encoding="utf-8"))

    assert code_of_error(kind("refused", hub_message=recorded["body"]["message"])) is code


def test_each_hub_error_maps_to_a_failure() -> None:
    unknown = {
        kind
        for kind in subclasses(errors.HubError)
        if code_of_error(kind("refused")) is FailureCode.UNKNOWN
    }

    assert unknown == {errors.HubError}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.HubUnreachable, FailureCode.HUB_AWAY),
        (errors.HubServerError, FailureCode.HUB_AWAY),
        (errors.HubThrottled, FailureCode.HUB_BUSY),
        (errors.HubUnauthorized, FailureCode.TOKEN_REFUSED),
        (errors.HubBadRequest, FailureCode.HUB_REFUSED),
        (errors.HubProtocolError, FailureCode.HUB_BROKEN_ANSWER),
    ],
)
def test_error_without_message_maps_to_a_failure(
    kind: type[errors.HubError], code: FailureCode
) -> None:
    assert code_of_error(kind("refused")) is code
