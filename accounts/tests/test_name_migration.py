"""Migration that folds stored names: one spelling of «ۀ», and the form that search compares."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import User

migration = import_module("accounts.migrations.0007_names_for_search")


@pytest.fixture
def marzieh(db) -> User:
    user = User.objects.create_user("marzieh")
    User.objects.filter(pk=user.pk).update(username="مرضیه\u0654", first_name="مرضیه\u0654")
    return user


def test_stored_names_get_the_typed_spelling(marzieh: User) -> None:
    migration.unite(apps, connection.schema_editor())

    marzieh.refresh_from_db()
    assert (marzieh.username, marzieh.first_name) == ("مرضیۀ", "مرضیۀ")


def test_taken_user_name_gets_a_number(marzieh: User) -> None:
    first = User.objects.create_user("مرضیۀ")

    migration.unite(apps, connection.schema_editor())

    marzieh.refresh_from_db()
    first.refresh_from_db()
    assert (first.username, marzieh.username) == ("مرضیۀ", "مرضیۀ-2")


def test_names_of_all_accounts_can_be_found(marzieh: User, monkeypatch) -> None:
    User.objects.bulk_create(User(username=f"s{n}", hub_username=f"s{n}") for n in range(3))
    User.objects.update(names_for_search="")
    monkeypatch.setattr(migration, "BATCH", 3)

    migration.fill(apps, connection.schema_editor())

    assert User.objects.filter(names_for_search="").count() == 0
    assert User.objects.get(names_for_search__contains="مرضیه") == marzieh
