"""Every failure has its sentences, and every error of the Hub its failure."""

import re

import pytest
from django.utils import translation

from jupyter_integration import failures
from jupyter_integration.failures import (
    EXPLANATIONS,
    FailureCode,
    code_of_error,
    code_of_reason,
    explain,
)
from jupyter_integration.hub import errors
from jupyter_integration.hub_messages import translate_hub_message


def subclasses(kind: type) -> set[type]:
    return {kind}.union(*(subclasses(child) for child in kind.__subclasses__()))


@pytest.mark.parametrize("code", FailureCode)
def test_each_failure_says_in_persian_what_happened_why_and_what_to_do(code) -> None:
    with translation.override("fa"):
        failure = explain(code, reference="S1")
        for sentence in map(str, (failure.title, failure.cause, failure.remedy)):
            assert re.search("[آ-ی]", sentence), sentence
            assert not re.search("[A-Za-z]", sentence.replace("JupyterHub", "")), sentence


def test_the_two_sentences_that_users_know_stay_as_they_are() -> None:
    with translation.override("fa"):
        assert str(explain("hub_away", reference="").title) == "خطا در اتصال به JupyterHub"
        assert str(explain("hub_user_not_made", reference="").title) == (
            "خطا در ایجاد کاربر JupyterHub"
        )


def test_nothing_is_explained_that_does_not_exist() -> None:
    assert set(EXPLANATIONS) == set(FailureCode)


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
        (errors.HubThrottled, FailureCode.HUB_FULL),
        (errors.HubUnauthorized, FailureCode.TOKEN_REFUSED),
        (errors.HubBadRequest, FailureCode.HUB_REFUSED),
        (errors.HubNotFound, FailureCode.HUB_REFUSED),
        (errors.HubConflict, FailureCode.HUB_REFUSED),
        (errors.HubProtocolError, FailureCode.HUB_BROKEN_ANSWER),
    ],
)
def test_the_failure_says_who_can_mend_it(kind: type[errors.HubError], code) -> None:
    assert code_of_error(kind("so it went")) is code


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Spawn failed: 403 SpawnException(reason=policy): image not found", "refused_by_hook"),
        ("404 Client Error: no such image: lab:1", "image_missing"),
        ("manifest unknown", "image_missing"),
        ("pull access denied for lab", "image_missing"),
        ("OSError: [Errno 28] No space left on device", "no_space"),
        ("Disk quota exceeded", "no_space"),
        ("Cannot allocate memory", "no_memory"),
        ("OOMKilled", "no_memory"),
        ("the room is booked", "unknown"),
        ("Server at http://127.0.0.1:1/ didn't respond in 20 seconds", "start_timeout"),
        ("Timeout waiting for the server", "start_timeout"),
        ("The server exited with 1 before responding", "process_exited"),
        ("exit code 137", "process_exited"),
        ("", "unknown"),
    ],
)
def test_the_hubs_words_mean_a_failure(reason: str, code: str) -> None:
    assert code_of_reason(reason) == code


def test_a_code_of_a_later_version_is_explained_as_unknown() -> None:
    assert explain("burnt_down", reference="S1").code is FailureCode.UNKNOWN


def test_the_hubs_progress_is_told_in_persian_and_unknown_words_as_they_are() -> None:
    with translation.override("fa"):
        assert re.search("[آ-ی]", translate_hub_message("Server requested"))
        assert translate_hub_message("Warming up the oven") == "Warming up the oven"
        assert translate_hub_message("") == ""


def test_failures_are_stored_by_code_and_fit_their_column() -> None:
    assert all(len(code) <= 32 for code in failures.FailureCode.values)
