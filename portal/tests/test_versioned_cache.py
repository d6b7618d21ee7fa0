"""What is remembered is what the rows say, whoever changes them and whenever."""

import pytest
from django.core.cache import cache
from django.db import transaction
from pytest_django import Settings

from portal.versioned_cache import forget, get_or_load

NAME = "word:1"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def remembering(settings: Settings) -> None:
    settings.CACHES_ROWS = True


class Row:
    """Something in the database that can be counted on to tell how often it was read."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.reads = 0

    def read(self) -> str:
        self.reads += 1
        return self.value

    def get_or_load(self) -> str:
        return get_or_load(NAME, self.read)


def test_it_is_read_once_until_it_is_forgotten() -> None:
    row = Row("old")

    assert [row.get_or_load(), row.get_or_load()] == ["old", "old"]
    assert row.reads == 1

    row.value = "new"
    forget(NAME)

    assert [row.get_or_load(), row.get_or_load()] == ["new", "new"]
    assert row.reads == 2


def test_nothing_at_all_is_remembered_as_well() -> None:
    row = Row("")

    assert [row.get_or_load(), row.get_or_load()] == ["", ""]
    assert row.reads == 1


def test_who_was_overtaken_while_reading_leaves_nothing_old_behind() -> None:
    row = Row("old")

    def read_while_another_changes_it() -> str:
        value = row.read()
        row.value = "new"
        forget(NAME)
        return value

    assert get_or_load(NAME, read_while_another_changes_it) == "old"
    assert row.get_or_load() == "new"


@pytest.mark.django_db(transaction=True)
def test_what_others_read_before_the_commit_is_forgotten_with_it() -> None:
    row = Row("old")
    with transaction.atomic():
        forget(NAME)
        row.get_or_load()  # another process, which sees the rows as they were
        row.value = "new"

    assert row.get_or_load() == "new"


@pytest.mark.parametrize("lost", ["remembered:word:1", "remembered:word:1:mark"])
def test_what_the_cache_lost_is_read_again(lost: str) -> None:
    row = Row("old")
    row.get_or_load()
    row.value = "new"

    cache.delete(lost)

    assert row.get_or_load() == "new"


def test_where_nothing_is_remembered_each_is_a_reading(settings: Settings) -> None:
    settings.CACHES_ROWS = False
    row = Row("old")

    row.get_or_load()
    row.get_or_load()

    assert row.reads == 2
