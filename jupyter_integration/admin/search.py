"""Find starts by what staff have in hand: a reference, a person, the Hub's words."""

from django.db.models import Q, QuerySet

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.references import number_of
from portal.persian.search import without_joiners
from portal.persian.text import search_key

MOST_PEOPLE = 200
MOST_STARTS = 500
"""Of each kind, the newest: each is found along an index, however long the table is."""


def find_starts(starts: QuerySet[SpawnRequest], text: str) -> QuerySet[SpawnRequest]:
    """Return those of `starts` that `text` names; all of them for a blank one.

    A reference finds that one start alone: "S17", "s 17", "س۱۷". Words are looked for in people's
    names and addresses, and in what the Hub said of starts that failed.
    """
    term = search_key(text)
    if not term:
        return starts
    number = number_of(term, "S")
    if number is not None:
        by_number = starts.filter(pk=number)
        # A student number is a user name: digits alone may be either.
        return by_number if term[0] in "sس" else by_number | _of_people(starts, term)
    return _of_people(starts, term) | starts.filter(pk__in=_with_words(term))


def _of_people(starts: QuerySet[SpawnRequest], term: str) -> QuerySet[SpawnRequest]:
    named = Q(pk__in=[])
    for field in ("username", "hub_username", "email", "first_joined", "last_joined"):
        named |= Q(**{f"{field}__icontains": term})
    accounts = User.objects.alias(
        first_joined=without_joiners("first_name"), last_joined=without_joiners("last_name")
    )
    people = list(accounts.filter(named).values_list("pk", flat=True)[:MOST_PEOPLE])
    theirs = SpawnRequest.objects.filter(user__in=people).order_by("-pk")
    return starts.filter(pk__in=list(theirs.values_list("pk", flat=True)[:MOST_STARTS]))


def _with_words(term: str) -> list[int]:
    failed = SpawnRequest.objects.filter(state=SpawnRequest.State.FAILED).order_by("-pk")
    return list(failed.filter(message__icontains=term).values_list("pk", flat=True)[:MOST_STARTS])
