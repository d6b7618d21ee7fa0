"""Versioned cache: a cached value is what the rows hold, however writes and reads cross."""

import pytest
from django.db import transaction
from pytest_django import Settings

from portal.caches import copies
from portal.versioned_cache import get_or_load, invalidate

NAME = "word:1"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cached_rows(settings: Settings) -> None:
    settings.CACHES_ROWS = True


class Row:
    """A row that counts how often it is read."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.reads = 0

    def read(self) -> str:
        self.reads += 1
        return self.value

    def get_or_load(self) -> str:
        return get_or_load(NAME, self.read)


@pytest.mark.parametrize("old", ["old", ""])
def test_value_is_loaded_once_until_it_is_invalidated(old: str) -> None:
    row = Row(old)

    assert [row.get_or_load(), row.get_or_load()] == [old, old]
    assert row.reads == 1

    row.value = "new"
    invalidate([NAME])

    assert [row.get_or_load(), row.get_or_load()] == ["new", "new"]
    assert row.reads == 2


def test_overtaken_reader_leaves_no_old_value() -> None:
    row = Row("old")

    def read_while_another_process_writes() -> str:
        value = row.read()
        row.value = "new"
        invalidate([NAME])
        return value

    assert get_or_load(NAME, read_while_another_process_writes) == "old"
    assert row.get_or_load() == "new"


@pytest.mark.django_db(transaction=True)
def test_commit_invalidates_what_was_read_before_it() -> None:
    row = Row("old")
    with transaction.atomic():
        invalidate([NAME])
        row.get_or_load()  # another process, which still reads the old row
        row.value = "new"

    assert row.get_or_load() == "new"


@pytest.mark.parametrize("lost", ["rows:word:1", "rows:word:1:version"])
def test_lost_key_has_the_value_loaded_again(lost: str) -> None:
    row = Row("old")
    row.get_or_load()
    row.value = "new"

    copies.delete(lost)

    assert row.get_or_load() == "new"


def test_without_row_caching_each_read_loads(settings: Settings) -> None:
    settings.CACHES_ROWS = False
    row = Row("old")

    row.get_or_load()
    row.get_or_load()

    assert row.reads == 2
