"""Help requests: stored with their facts, mailed, and limited in number."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone, translation

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import HelpRequest, SpawnRequest
from jupyter_integration.services.request_help import (
    MAX_PER_HOUR,
    TooManyHelpRequestsError,
    request_help,
)
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.broken_broker import broken_broker
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.tests.scenes import provision, see, start
from portal.mail.models import OutgoingMail
from tests.reading import latin_words, words_of_mail

State = SpawnRequest.State


def failed_start(user: User) -> SpawnRequest:
    return start(
        user,
        State.FAILED,
        failure_code=FailureCode.IMAGE_MISSING,
        message="Spawn failed: no such image: lab:1",
    )


def reach_limit(user: User) -> None:
    for number in range(MAX_PER_HOUR):
        request_help(user=user, words=f"کمک {number}")


class TestFacts:
    def test_facts_are_stored_as_they_were(self, sara) -> None:
        see(sara)
        about = failed_start(sara)

        asked = request_help(user=sara, words="کمک!", about=about, browser="Firefox/145")
        SpawnRequest.objects.update(message="something else", failure_code="unknown")

        asked.refresh_from_db()
        assert (asked.spawn_request, asked.words, asked.browser) == (about, "کمک!", "Firefox/145")
        assert (asked.server_state, asked.failure_code) == ("failed", "image_missing")
        assert asked.hub_words == "Spawn failed: no such image: lab:1"
        assert (asked.language, asked.state) == ("fa", "unanswered")

    def test_request_without_reference_concerns_the_shown_failure(self, sara) -> None:
        see(sara)
        shown = failed_start(sara)

        assert request_help(user=sara, words="کمک").spawn_request == shown

    def test_earlier_failure_is_not_attached(self, sara) -> None:
        failed_start(sara)
        start(sara, State.READY)
        see(sara, ready=True)

        asked = request_help(user=sara, words="کمک")

        assert (asked.spawn_request, asked.failure_code, asked.server_state) == (None, "", "ready")

    def test_help_request_makes_no_hub_call(self, sara, fake_hub) -> None:
        fake_hub.down()
        find_the_hub_away()
        provision(sara)

        assert request_help(user=sara, words="کمک").server_state == "unknown"
        assert fake_hub.calls == []

    def test_long_browser_name_is_cut(self, sara) -> None:
        assert len(request_help(user=sara, words="کمک", browser="x" * 5000).browser) == 300

    def test_help_request_outlives_its_start(self, sara) -> None:
        asked = request_help(user=sara, words="کمک", about=failed_start(sara))

        SpawnRequest.objects.all().delete()

        asked.refresh_from_db()
        assert (asked.spawn_request, asked.failure_code) == (None, "image_missing")


class TestLimit:
    def test_sixth_request_within_an_hour_is_refused(self, sara) -> None:
        reach_limit(sara)

        with pytest.raises(TooManyHelpRequestsError):
            request_help(user=sara, words="باز هم کمک")
        assert HelpRequest.objects.count() == MAX_PER_HOUR

    def test_limit_is_per_user_and_hour(self, sara, omid) -> None:
        reach_limit(sara)
        request_help(user=omid, words="کمک")
        HelpRequest.objects.update(created_at=timezone.now() - timedelta(hours=1))

        request_help(user=sara, words="باز هم کمک")

    def test_same_words_twice_are_one_request(self, sara, nasrin) -> None:
        first = request_help(user=sara, words="کمک")

        assert request_help(user=sara, words="کمک") == first
        assert OutgoingMail.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_simultaneous_requests_stay_within_the_limit(self, sara) -> None:
        def ask(number: int) -> bool:
            try:
                request_help(user=User.objects.get(pk=sara.pk), words=f"کمک {number}")
            except TooManyHelpRequestsError:
                return False
            return True

        assert sum(at_once(ask, range(MAX_PER_HOUR + 3))) == MAX_PER_HOUR
        assert HelpRequest.objects.count() == MAX_PER_HOUR


class TestMail:
    def test_mail_goes_to_superusers_with_reply_to_user(self, sara, nasrin, workers) -> None:
        with workers.committing():
            asked = request_help(user=sara, words="نمی‌شود!", about=failed_start(sara))
        workers.work_off()

        [letter] = mail.outbox
        assert (letter.to, letter.reply_to) == (["nasrin@example.ir"], ["sara@example.ir"])
        assert asked.reference in letter.subject
        for fact in (
            "نمی‌شود!",
            "رفع آن با مدیر",
            "no such image: lab:1",
            f"/helprequest/{asked.pk}/change/",
        ):
            assert fact in letter.body

    def test_support_addresses_replace_active_superusers(self, sara, nasrin, settings) -> None:
        User.objects.create_superuser("left", "left@example.ir", is_active=False)
        User.objects.create_superuser("silent", "")
        request_help(user=sara, words="کمک")
        settings.SUPPORT_EMAIL = ["help@example.ir", "more@example.ir"]
        request_help(user=sara, words="باز هم کمک")

        recipients = [mail.recipients for mail in OutgoingMail.objects.order_by("pk")]
        assert recipients == [["nasrin@example.ir"], ["help@example.ir"], ["more@example.ir"]]

    def test_request_without_recipients_is_stored(self, sara, caplog) -> None:
        asked = request_help(user=sara, words="کمک")

        assert HelpRequest.objects.get() == asked
        assert "SUPPORT_EMAIL" in caplog.text

    def test_mail_waits_for_a_broken_broker(self, sara, nasrin, workers) -> None:
        with broken_broker(), workers.committing():
            request_help(user=sara, words="کمک")

        assert (workers.sent, OutgoingMail.objects.count()) == ([], 1)

    def test_mail_is_in_the_recipients_language(self, sara, nasrin) -> None:
        User.objects.create_superuser("john", "john@example.org", language="en")

        with translation.override("en"):
            request_help(user=sara, words="کمک", about=failed_start(sara))

        to_john = OutgoingMail.objects.get(recipients=["john@example.org"])
        to_nasrin = OutgoingMail.objects.get(recipients=["nasrin@example.ir"])
        assert "asks for support" in to_john.body
        assert latin_words(words_of_mail(to_nasrin.subject)) == set()
        assert latin_words(words_of_mail(to_nasrin.body)) == set()

    @pytest.mark.parametrize("words", ["", "a\r\nBcc: x@example.org", "<script>1</script> & co"])
    def test_words_are_plain_text_in_the_body(self, sara, nasrin, words) -> None:
        request_help(user=sara, words=words, about=failed_start(sara))

        kept = OutgoingMail.objects.get()
        assert "\n" not in kept.subject
        assert words in kept.body
        assert kept.html == ""

    def test_log_contains_no_words_and_no_addresses(self, sara, nasrin, caplog) -> None:
        caplog.set_level("DEBUG")

        request_help(user=sara, words="نامهٔ خصوصی")

        ours = "\n".join(r.getMessage() for r in caplog.records if "django.db" not in r.name)
        assert "asks for help" in ours
        assert "خصوصی" not in ours
        assert "@example" not in ours
