"""Asking for help: kept with its facts and mailed, whatever is down; and not without end."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone, translation

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import HelpRequest, SpawnRequest
from jupyter_integration.services.request_help import (
    MOST_AN_HOUR,
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


class TestFacts:
    def test_they_are_kept_as_they_were_when_the_person_asked(self, sara) -> None:
        see(sara)
        about = failed_start(sara)

        asked = request_help(user=sara, words="کمک!", about=about, browser="Firefox/145")
        SpawnRequest.objects.update(message="something else", failure_code="unknown")

        asked.refresh_from_db()
        assert (asked.spawn_request, asked.words, asked.browser) == (about, "کمک!", "Firefox/145")
        assert (asked.server_state, asked.failure_code) == ("failed", "image_missing")
        assert asked.hub_words == "Spawn failed: no such image: lab:1"
        assert (asked.language, asked.is_open) == ("fa", True)

    def test_without_a_reference_it_is_about_the_failure_that_the_page_shows(self, sara) -> None:
        see(sara)
        shown = failed_start(sara)

        assert request_help(user=sara, words="کمک").spawn_request == shown

    def test_a_failure_that_is_over_is_not_dragged_along(self, sara) -> None:
        failed_start(sara)
        start(sara, State.READY)
        see(sara, ready=True)

        asked = request_help(user=sara, words="کمک")

        assert (asked.spawn_request, asked.failure_code, asked.server_state) == (None, "", "ready")

    def test_nobody_asks_the_hub(self, sara, fake_hub) -> None:
        fake_hub.down()
        find_the_hub_away()
        provision(sara)

        assert request_help(user=sara, words="کمک").server_state == "unknown"
        assert fake_hub.calls == []

    def test_the_longest_name_of_a_browser_does_not_break_it(self, sara) -> None:
        assert len(request_help(user=sara, words="کمک", browser="x" * 5000).browser) == 300

    def test_the_request_outlives_what_it_is_about(self, sara) -> None:
        asked = request_help(user=sara, words="کمک", about=failed_start(sara))

        SpawnRequest.objects.all().delete()

        asked.refresh_from_db()
        assert (asked.spawn_request, asked.failure_code) == (None, "image_missing")


class TestHowOften:
    def test_a_sixth_within_an_hour_is_refused(self, sara) -> None:
        for number in range(MOST_AN_HOUR):
            request_help(user=sara, words=f"کمک {number}")

        with pytest.raises(TooManyHelpRequestsError):
            request_help(user=sara, words="باز هم کمک")
        assert HelpRequest.objects.count() == MOST_AN_HOUR

    def test_an_hour_later_one_may_ask_again(self, sara) -> None:
        for number in range(MOST_AN_HOUR):
            request_help(user=sara, words=f"کمک {number}")
        HelpRequest.objects.update(created_at=timezone.now() - timedelta(hours=1))

        request_help(user=sara, words="باز هم کمک")

    def test_others_may_ask_meanwhile(self, sara, omid) -> None:
        for number in range(MOST_AN_HOUR):
            request_help(user=sara, words=f"کمک {number}")

        request_help(user=omid, words="کمک")

    def test_the_same_words_pressed_twice_are_one_request_and_one_mail(self, sara, nasrin) -> None:
        first = request_help(user=sara, words="کمک")

        assert request_help(user=sara, words="کمک") == first
        assert OutgoingMail.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_of_many_presses_at_once_no_more_than_allowed_get_through(self, sara) -> None:
        def ask(number: int) -> bool:
            try:
                request_help(user=User.objects.get(pk=sara.pk), words=f"کمک {number}")
            except TooManyHelpRequestsError:
                return False
            return True

        assert sum(at_once(ask, range(MOST_AN_HOUR + 3))) == MOST_AN_HOUR
        assert HelpRequest.objects.count() == MOST_AN_HOUR


class TestMail:
    def test_it_goes_to_the_superusers_and_is_answered_to_the_user(
        self, sara, nasrin, workers
    ) -> None:
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

    def test_where_an_address_is_set_it_goes_there_alone(self, sara, nasrin, settings) -> None:
        settings.SUPPORT_EMAIL = ["help@example.ir", "more@example.ir"]

        request_help(user=sara, words="کمک")

        assert [kept.recipients for kept in OutgoingMail.objects.order_by("pk")] == [
            ["help@example.ir"],
            ["more@example.ir"],
        ]

    def test_superusers_who_are_inactive_or_have_no_address_get_none(self, sara, nasrin) -> None:
        User.objects.create_superuser("left", "left@example.ir", is_active=False)
        User.objects.create_superuser("silent", "")

        request_help(user=sara, words="کمک")

        assert [kept.recipients for kept in OutgoingMail.objects.all()] == [["nasrin@example.ir"]]

    def test_with_nobody_to_write_to_it_is_kept_all_the_same(self, sara, caplog) -> None:
        asked = request_help(user=sara, words="کمک")

        assert HelpRequest.objects.get() == asked
        assert "SUPPORT_EMAIL" in caplog.text

    def test_with_the_broker_away_the_mail_waits(self, sara, nasrin, workers) -> None:
        with broken_broker(), workers.committing():
            request_help(user=sara, words="کمک")

        assert (workers.sent, OutgoingMail.objects.count()) == ([], 1)

    def test_each_of_the_staff_reads_their_own_language(self, sara, nasrin) -> None:
        User.objects.create_superuser("john", "john@example.org", language="en")

        with translation.override("en"):
            request_help(user=sara, words="کمک", about=failed_start(sara))

        to_john = OutgoingMail.objects.get(recipients=["john@example.org"])
        to_nasrin = OutgoingMail.objects.get(recipients=["nasrin@example.ir"])
        assert "asks for support" in to_john.body
        assert latin_words(words_of_mail(to_nasrin.subject)) == set()
        assert latin_words(words_of_mail(to_nasrin.body)) == set()

    @pytest.mark.parametrize("words", ["", "a\r\nBcc: x@example.org", "<script>1</script> & co"])
    def test_whatever_is_written_is_text_and_stays_in_the_body(self, sara, nasrin, words) -> None:
        request_help(user=sara, words=words, about=failed_start(sara))

        kept = OutgoingMail.objects.get()
        assert "\n" not in kept.subject
        assert words in kept.body
        assert kept.html == ""

    def test_neither_words_nor_addresses_are_in_the_log(self, sara, nasrin, caplog) -> None:
        caplog.set_level("DEBUG")

        request_help(user=sara, words="نامهٔ خصوصی")

        ours = "\n".join(r.getMessage() for r in caplog.records if "django.db" not in r.name)
        assert "asks for help" in ours
        assert "خصوصی" not in ours
        assert "@example" not in ours
