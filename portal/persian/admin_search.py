"""Search of the admin's lists from any keyboard: «۹۸۱۲» finds 9812, «مومنی» finds «مؤمنی»."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.persian.search import SearchForm
from portal.persian.text import search_key


class FoldedSearchAdmin(admin.ModelAdmin):
    folded_columns: dict[str, str] = {}
    """Names for `search_fields`, each with the column that it compares as `search_key` does."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        forms = {name: SearchForm(column) for name, column in self.folded_columns.items()}
        return super().get_search_results(request, queryset.alias(**forms), search_key(search_term))
