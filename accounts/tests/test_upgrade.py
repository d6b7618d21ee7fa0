"""Upgrades during which old processes still run beside the new tables."""

import pytest
from django.db import connection

from accounts.models import User

# Columns that processes of the version before do not know, and leave out of their rows.
NEW = (
    "names_for_search",
    "password_change_required",
    "signed_up",
    "session_generation",
    "hub_user_may_be_older",
    "first_steps_dismissed",
)


@pytest.mark.django_db
def test_old_process_adds_an_account(sara: User) -> None:
    """As sign-up does it in a web process that a rolling upgrade has not replaced yet."""
    columns = [
        field.column
        for field in User._meta.concrete_fields
        if field.column not in NEW and not field.primary_key
    ]
    copied = ", ".join(columns)
    values = ", ".join(
        "'omid'" if column in ("username", "email", "hub_username") else column
        for column in columns
    )
    table = User._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({copied}) SELECT {values} FROM {table}")

    omid = User.objects.get(username="omid")
    assert (omid.session_generation, omid.signed_up, omid.password_change_required) == (
        0,
        False,
        False,
    )
