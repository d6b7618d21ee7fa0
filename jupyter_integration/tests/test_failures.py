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
    letters = sentence.replace("JupyterHub", "").replace("API", "")
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


@pytest.mark.parametrize(
    ("is_trial", "platform"), [(True, "compose"), (False, "compose"), (False, "kubernetes")]
)
def test_advice_has_persian_sentence_and_filled_command(
    is_trial: bool, platform: str, settings
) -> None:
    settings.TRIAL, settings.PLATFORM = is_trial, platform
    for code in FailureCode:
        advice = advise(code, reference="S17", hub_username="sara")
        with translation.override("fa"):
            assert is_persian(str(advice.sentence)), code
        assert advice.command, code
        assert not re.search("NAME|POD|HOME|REF|[آ-ی]", advice.command), code
        assert not (is_trial and "docker compose" in advice.command), code
        if platform == "kubernetes":
            assert "kubectl" in advice.command, code
            assert not re.search("docker|var/", advice.command), code


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


def test_command_names_the_users_pod(settings) -> None:
    settings.TRIAL, settings.PLATFORM = False, "kubernetes"

    advice = advise("volume_trouble", reference="S17", hub_username="sara")

    assert "describe pvc -l hub.jupyter.org/username=sara; " in advice.command
    assert advice.command.endswith("involvedObject.name=jupyter-sara")
    assert log_command("S17").startswith("kubectl -n shaparak logs ")


def test_unrecognised_code_is_explained_as_unknown() -> None:
    assert explain("burnt_down", reference="S1").code is FailureCode.UNKNOWN
    assert advise("burnt_down", reference="S1", hub_username="sara").command


def test_progress_message_is_translated_if_known() -> None:
    with translation.override("fa"):
        assert is_persian(translate_hub_message("Server requested"))
        assert translate_hub_message("Warming up the oven") == "Warming up the oven"
        assert translate_hub_message("") == ""


# Recorded on Kubernetes 1.20, without the times, and with the prefix of jupyterhub/pod_steps.py.
POD_EVENTS = {
    "Scheduled: Successfully assigned shaparak/jupyter-sara to node": "جایی برای سرور پیدا شد.",
    'Pulling: Pulling image "localhost:1/none:1"': "نرم‌افزار سرور در حال دریافت است.",
    'Pulled: Container image "lab:1" already present on machine': "نرم‌افزار سرور آماده است.",
    'Pulled: Successfully pulled image "lab:1" in 6.1s': "نرم‌افزار سرور آماده است.",
    "Created: Created container notebook": "کانتینر سرور ساخته شد.",
    "Started: Started container notebook": "کانتینر سرور راه‌اندازی شد.",
    "FailedScheduling: 0/1 nodes are available: 1 pod has unbound immediate "
    "PersistentVolumeClaims.": "در انتظار پوشهٔ شخصی شما.",
    "FailedScheduling: 0/1 nodes are available: 1 Insufficient memory.": (
        "در انتظار جای خالی برای سرور."
    ),
    'FailedMount: MountVolume.SetUp failed for volume "v" : secret "nope" not found': (
        "در انتظار پوشهٔ شخصی شما."
    ),
    "BackOff: Back-off restarting failed container": "سرور آماده می‌شود.",
    "Killing: Stopping container notebook": "سرور آماده می‌شود.",
    "SomethingNew: Pulling the container that was created": "سرور آماده می‌شود.",
}
# From the sources of Kubernetes and its cluster autoscaler: this cluster has neither.
POD_EVENTS |= {
    "TriggeredScaleUp: pod triggered scale-up: [{pool 1->2 (max: 9)}]": (
        "ماشین تازه‌ای برای سرور افزوده می‌شود. این کار چند دقیقه طول می‌کشد."
    ),
    'SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "pvc-1"': (
        "پوشهٔ شخصی شما آماده است."
    ),
}


@pytest.mark.parametrize(("words", "sentence"), POD_EVENTS.items())
def test_event_of_a_pod_is_shown_in_persian(words: str, sentence: str) -> None:
    with translation.override("fa"):
        assert translate_hub_message(f"Pod event {words}") == sentence


def test_patience_message_of_kubespawner_is_translated() -> None:
    message = "Server launch is taking longer than expected. Please be patient! Current time …"

    with translation.override("fa"):
        assert is_persian(translate_hub_message(message))
