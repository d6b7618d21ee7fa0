"""Pages of a table of any length: what lies beyond the first ten thousand rows is not counted."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST_COUNTED = 10_000
"""Counting a million rows takes a second; nobody turns a hundred pages, they search."""


class BoundedPaginator(Paginator):
    """For `ModelAdmin.paginator`; `count` is MOST_COUNTED where there are more."""

    @cached_property
    def count(self) -> int:
        return cast(QuerySet[Any], self.object_list)[:MOST_COUNTED].count()
