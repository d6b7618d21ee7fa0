"""Search of starts by reference, by person, and by the Hub's message."""

from django.db.models import Q, QuerySet

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.references import number_of
from portal.persian.text import search_key

MAX_PEOPLE = 200
MAX_FOUND_STARTS = 500
"""Bounds of each part of a search, newest rows first, so that its time stays bounded."""


def find_starts(starts: QuerySet[SpawnRequest], text: str) -> QuerySet[SpawnRequest]:
    """Return the `starts` that match `text`; a blank text matches all of them.

    A reference matches only its own start: "S17", "s 17", "س۱۷". Other text is searched in people's
    names and addresses, and in the Hub's messages about failed starts.
    """
    term = search_key(text)
    if not term:
        return starts
    number = number_of(term, "S")
    if number is not None:
        by_number = starts.filter(pk=number)
        # Digits alone may also be a student number, which is a username.
        return by_number if term[0] in "sس" else by_number | _starts_of_people(starts, term)
    return _starts_of_people(starts, term) | starts.filter(pk__in=_ids_by_message(text))


def _starts_of_people(starts: QuerySet[SpawnRequest], term: str) -> QuerySet[SpawnRequest]:
    matches = Q(pk__in=[])
    for field in ("names_for_search", "hub_username", "email"):
        matches |= Q(**{f"{field}__icontains": term})
    people = list(User.objects.filter(matches).values_list("pk", flat=True)[:MAX_PEOPLE])
    theirs = SpawnRequest.objects.filter(user__in=people).order_by("-pk")
    return starts.filter(pk__in=list(theirs.values_list("pk", flat=True)[:MAX_FOUND_STARTS]))


def _ids_by_message(text: str) -> list[int]:
    """Search the Hub's messages, which are mostly English, as they are: they are long."""
    failed = SpawnRequest.objects.filter(state=SpawnRequest.State.FAILED).order_by("-pk")
    found = failed.filter(message__icontains=text.strip())
    return list(found.values_list("pk", flat=True)[:MAX_FOUND_STARTS])
