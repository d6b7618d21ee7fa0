"""Search and filters of the admin's list of starts."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import HelpRequest, SpawnRequest, StopRequest
from jupyter_integration.references import number_of
from jupyter_integration.tests.scenes import start
from portal import bounded_paginator

State = SpawnRequest.State
LIST = reverse("admin:jupyter_integration_spawnrequest_changelist")


def found(staff: Client, term: str) -> set[int]:
    queryset = staff.get(LIST, {"q": term}).context["cl"].queryset
    return {request.pk for request in queryset}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (" s 1 7 ", 17),
        ("S-17", 17),
        ("س۱۷", 17),
        ("س ١٧", 17),
        ("S\u200f17\u200c", 17),
        ("17", 17),
        ("S9223372036854775807", 2**63 - 1),
        ("S9223372036854775808", None),
        ("H17", None),
        ("S", None),
        ("", None),
        ("S1x", None),
        ("S²", None),
    ],
)
def test_reference_is_read_as_people_write_it(text: str, number) -> None:
    assert number_of(text, "S") == number


def test_references_of_help_requests_have_own_letter() -> None:
    assert [number_of(text, "H") for text in ("H4", "ا۴", "ه۴", "S4")] == [4, 4, 4, None]


def test_search_finds_reference(staff, sara, omid) -> None:
    request = start(sara)
    start(omid)
    persian = str(request.pk).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))

    assert found(staff, f"S{request.pk}") == found(staff, f"س {persian}") == {request.pk}


def test_digits_match_reference_and_student_number(staff, sara, db) -> None:
    request = start(sara)
    of_the_student = start(User.objects.create_user(f"98{request.pk}"))

    assert found(staff, str(request.pk)) == {request.pk, of_the_student.pk}


def test_search_finds_person_and_hub_message(staff, sara, omid) -> None:
    sara.first_name, sara.last_name = "سارا", "علی‌پور"
    sara.save()
    failed = start(sara, State.FAILED, message="no space left on device")
    start(omid, State.FAILED, message="something else")

    for term in (
        "sara",
        "SARA",
        "sara@example.ir",
        "سارا",
        "علیپور",
        "علی‌پور",
        "سارا علی‌پور",
        "space left",
    ):
        assert found(staff, term) == {failed.pk}, term


@pytest.mark.parametrize(
    ("stored", "term"), [("گروه ۲", "گروه 2"), ("مؤمنی", "مومنی"), ("مرضیۀ", "مرضیه\u0654")]
)
def test_search_finds_each_spelling_of_a_person(staff, sara, omid, stored: str, term: str) -> None:
    sara.last_name = stored
    sara.save()
    of_sara = start(sara)
    start(omid)

    assert found(staff, term) == {of_sara.pk}


def test_odd_search_terms_give_no_error(staff, sara) -> None:
    for term in ("", "S", "9" * 40, "'; --", "\u200c", "x" * 3000):
        assert staff.get(LIST, {"q": term}).status_code == 200, term


@pytest.mark.parametrize("model", ["stoprequest", "helprequest"])
def test_lists_are_searched_with_persian_digits(staff, model: str) -> None:
    student = User.objects.create_user("9812345")
    StopRequest.objects.create(user=student, requested_by=student)
    HelpRequest.objects.create(user=student, server_state="stopped", language="fa")
    address = reverse(f"admin:jupyter_integration_{model}_changelist")

    for term, count in (("۹۸۱۲۳۴۵", 1), ("۹۸۱۲۳۴۶", 0)):
        assert staff.get(address, {"q": term}).context["cl"].result_count == count


def test_filters_give_no_error(staff) -> None:
    for query in ("state__exact=failed", "failure_code__exact=no_space", "created_at__year=2026"):
        assert staff.get(f"{LIST}?{query}").status_code in (200, 302), query


@pytest.mark.parametrize("query", ["?q=sara", "?q=space", "?state__exact=failed", "?p=2"])
def test_queries_of_the_list_are_bounded(staff, sara, query: str) -> None:
    for number in range(120):
        user = User.objects.create_user(f"student{number}")
        start(user, State.FAILED, failure_code=FailureCode.NO_SPACE)
    staff.get(LIST)

    with CaptureQueriesContext(connection) as queries:
        staff.get(LIST + query)

    of_starts = [entry["sql"] for entry in queries if "spawnrequest" in entry["sql"]]
    assert len(queries) <= 14
    assert [sql for sql in of_starts if "LIMIT" not in sql] == []


def test_count_of_the_list_is_bounded(staff, sara, monkeypatch) -> None:
    monkeypatch.setattr(bounded_paginator, "MOST_COUNTED", 3)
    for _time in range(5):
        start(sara, State.READY)

    assert staff.get(LIST).context["cl"].result_count == 3


@pytest.mark.parametrize(
    ("column", "index"),
    [
        ("state", "starts_that_ended_badly"),
        ("failure_code", "failed_starts_by_reason"),
        ("user", "last_start_of_a_user"),
    ],
)
def test_each_filter_has_an_index(column: str, index: str) -> None:
    """Without statistics the planner may not use them, so the test only requires their presence."""
    indexes = {index.name: index.fields for index in SpawnRequest._meta.indexes}

    assert indexes[index] == [column, "-id"]
