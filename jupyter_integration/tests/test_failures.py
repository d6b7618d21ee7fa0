"""Catalogue of failures and advice for staff: complete, translated, and consistent."""

import re

import pytest
from django.utils import translation

from jupyter_integration.failures.catalogue import EXPLANATIONS, Action, ResolvedBy, explain
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.failures.staff_advice import ADVICE, advise, log_command
from jupyter_integration.status.progress_messages import translate_hub_message

WORD_OF_ACTION = {
    Action.START_AGAIN: "دوباره",
    Action.WAIT_IN_QUEUE: "صف",
    Action.ASK_FOR_HELP: "پشتیبانی",
    Action.STOP: "متوقف",
}


def is_persian(sentence: str) -> bool:
    letters = sentence.replace("JupyterHub", "")
    return bool(re.search("[آ-ی]", letters)) and not re.search("[A-Za-z]", letters)


@pytest.mark.parametrize("code", FailureCode)
def test_failure_is_explained_in_persian(code: FailureCode) -> None:
    failure = explain(code, reference="S1")
    with translation.override("fa"):
        for sentence in (
            failure.title,
            failure.cause,
            failure.remedy,
            failure.resolved_by.sentence,
        ):
            assert is_persian(str(sentence)), sentence
        if code is not FailureCode.ACCOUNT_INACTIVE:
            assert WORD_OF_ACTION[failure.action] in str(failure.remedy)


@pytest.mark.parametrize("is_trial", [True, False])
def test_advice_has_persian_sentence_and_filled_command(is_trial: bool, settings) -> None:
    settings.TRIAL = is_trial
    for code in FailureCode:
        advice = advise(code, reference="S17", hub_username="sara")
        with translation.override("fa"):
            assert is_persian(str(advice.sentence)), code
        assert advice.command, code
        assert not re.search("NAME|REF|[آ-ی]", advice.command), code
        assert not (is_trial and "docker compose" in advice.command), code


def test_failure_for_staff_offers_support() -> None:
    """Except HUB_AWAY: the queue waits for the Hub better than a person does."""
    without_support = {
        code
        for code, explanation in EXPLANATIONS.items()
        if explanation.resolved_by is ResolvedBy.STAFF
        and explanation.action is not Action.ASK_FOR_HELP
    }
    assert without_support == {FailureCode.HUB_AWAY}


def test_two_known_sentences_stay_unchanged() -> None:
    with translation.override("fa"):
        assert str(explain("hub_away", reference="").title) == "خطا در اتصال به JupyterHub"
        assert str(explain("hub_user_not_made", reference="").title) == (
            "خطا در ایجاد کاربر JupyterHub"
        )


def test_every_code_has_explanation_and_advice() -> None:
    assert set(EXPLANATIONS) == set(ADVICE) == set(FailureCode)


def test_command_names_the_users_server(settings) -> None:
    settings.TRIAL = False
    advice = advise("process_exited", reference="S17", hub_username="sara")
    assert advice.command == "docker logs --tail 50 shaparak-jupyter-sara"
    assert "'S17:'" in log_command("S17")


def test_unrecognised_code_is_explained_as_unknown() -> None:
    assert explain("burnt_down", reference="S1").code is FailureCode.UNKNOWN
    assert advise("burnt_down", reference="S1", hub_username="sara").command


def test_progress_message_is_translated_if_known() -> None:
    with translation.override("fa"):
        assert is_persian(translate_hub_message("Server requested"))
        assert translate_hub_message("Warming up the oven") == "Warming up the oven"
        assert translate_hub_message("") == ""
