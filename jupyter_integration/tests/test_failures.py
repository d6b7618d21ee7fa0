"""Every failure says what happened, why, who can mend it and what to press, in both languages."""

import re

import pytest
from django.utils import translation

from jupyter_integration.failures.catalogue import EXPLANATIONS, Action, ResolvedBy, explain
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.failures.staff_advice import ADVICE, advise, log_command
from jupyter_integration.status.progress_messages import translate_hub_message

PRESS = {
    Action.START_AGAIN: "دوباره",
    Action.WAIT_IN_QUEUE: "صف",
    Action.ASK_FOR_HELP: "پشتیبانی",
    Action.STOP: "متوقف",
}


@pytest.mark.parametrize("code", FailureCode)
def test_each_failure_says_in_persian_what_happened_why_and_what_to_do(code) -> None:
    with translation.override("fa"):
        failure = explain(code, reference="S1")
        sentences = (failure.title, failure.cause, failure.remedy, failure.resolved_by.sentence)
        for sentence in map(str, sentences):
            assert re.search("[آ-ی]", sentence), sentence
            assert not re.search("[A-Za-z]", sentence.replace("JupyterHub", "")), sentence


@pytest.mark.parametrize(
    "code", [code for code in FailureCode if code is not FailureCode.ACCOUNT_INACTIVE]
)
def test_the_remedy_names_what_the_button_does(code) -> None:
    failure = explain(code, reference="S1")
    with translation.override("fa"):
        assert PRESS[failure.action] in str(failure.remedy)


def test_what_staff_have_to_mend_is_not_left_to_the_users_patience() -> None:
    """But for a Hub that is away: the line waits for it better than a person does."""
    waits = {
        code
        for code, explanation in EXPLANATIONS.items()
        if explanation.resolved_by is ResolvedBy.STAFF
        and explanation.action is not Action.ASK_FOR_HELP
    }
    assert waits == {FailureCode.HUB_AWAY}


def test_the_two_sentences_that_users_know_stay_as_they_are() -> None:
    with translation.override("fa"):
        assert str(explain("hub_away", reference="").title) == "خطا در اتصال به JupyterHub"
        assert str(explain("hub_user_not_made", reference="").title) == (
            "خطا در ایجاد کاربر JupyterHub"
        )


def test_nothing_is_explained_that_does_not_exist() -> None:
    assert set(EXPLANATIONS) == set(ADVICE) == set(FailureCode)


@pytest.mark.parametrize("trial", [True, False])
@pytest.mark.parametrize("code", FailureCode)
def test_staff_get_a_sentence_in_persian_and_a_command_with_the_persons_name_in_it(
    code, trial: bool, settings
) -> None:
    settings.TRIAL = trial
    with translation.override("fa"):
        advice = advise(code, reference="S17", hub_username="sara")
        assert re.search("[آ-ی]", str(advice.sentence))
        assert not re.search("[A-Za-z]", str(advice.sentence).replace("JupyterHub", ""))
    assert advice.command
    assert not re.search("NAME|REF", advice.command)
    assert not re.search("[{}]|[آ-ی]", advice.command.replace("{{.", "").replace("}}", ""))
    assert ("docker compose" in advice.command and trial) is False


def test_the_command_of_a_failure_is_about_this_very_server(settings) -> None:
    settings.TRIAL = False
    advice = advise("process_exited", reference="S17", hub_username="sara")
    assert advice.command == "docker logs --tail 50 shaparak-jupyter-sara"
    assert "'S17:'" in log_command("S17")


def test_a_code_of_a_later_version_is_explained_as_unknown() -> None:
    assert explain("burnt_down", reference="S1").code is FailureCode.UNKNOWN
    assert advise("burnt_down", reference="S1", hub_username="sara").command


def test_the_hubs_progress_is_told_in_persian_and_unknown_words_as_they_are() -> None:
    with translation.override("fa"):
        assert re.search("[آ-ی]", translate_hub_message("Server requested"))
        assert translate_hub_message("Warming up the oven") == "Warming up the oven"
        assert translate_hub_message("") == ""


def test_failures_are_stored_by_code_and_fit_their_column() -> None:
    assert all(len(code) <= 32 for code in FailureCode.values)
