"""Query set of rows that open pages show: each write invalidates the user's cached rows."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.db import models

from portal import versioned_cache

Row = TypeVar("Row", bound=models.Model, covariant=True)


def user_rows_name(user_id: int) -> str:
    """Return the name of the user's rows in the versioned cache."""
    return f"user:{user_id}"


def invalidate_user_rows(user_ids: Iterable[int]) -> None:
    """Have the next page of each of these users read their rows again."""
    versioned_cache.invalidate([user_rows_name(user_id) for user_id in user_ids])


class ShownRowsQuerySet(models.QuerySet[Row]):
    """Rows with a `user` whose pages show them. Write them through `create` and `update` alone."""

    hidden_columns: ClassVar[frozenset[str]] = frozenset()
    """Columns that no page shows: an update of these alone invalidates nothing."""

    def create(self, **values: Any) -> Row:
        row = super().create(**values)
        invalidate_user_rows([row.user_id])  # type: ignore[attr-defined]
        return row

    def update(self, **changes: Any) -> int:
        user_ids: set[int] = set()
        if versioned_cache.is_used() and changes.keys() - self.hidden_columns:
            user_ids = set(self.order_by().values_list("user_id", flat=True))
        changed = super().update(**changes)
        invalidate_user_rows(user_ids)
        return changed

    update.alters_data = True  # type: ignore[attr-defined]
