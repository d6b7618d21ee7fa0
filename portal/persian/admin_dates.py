"""Dates of the admin in the reader's calendar: Django itself shows only Gregorian ones."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from portal.persian.dates import moment


def _column(field: models.DateTimeField) -> Callable[[models.Model], str]:
    @admin.display(description=field.verbose_name, ordering=field.name)
    def show(row: models.Model) -> str:
        return moment(getattr(row, field.name)) or "-"

    return show


def _replaced(fields: Any, fixed: set[str], localized: dict[str, str]) -> list[Any]:
    """Return the fields of a section, whose rows may hold several fields each."""
    return [
        _replaced(field, fixed, localized)
        if isinstance(field, list | tuple)
        else localized[field]
        if field in fixed
        else field
        for field in fields
    ]


class LocalizedDatesAdmin(admin.ModelAdmin):
    """Show `DateTimeField`s in list columns and read-only fields as the portal's pages do."""

    def __init__(self, model: type[models.Model], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self._localized: dict[str, str] = {}
        for field in model._meta.fields:
            if isinstance(field, models.DateTimeField):
                self._localized[field.name] = f"{field.name}_localized"
                setattr(self, self._localized[field.name], _column(field))

    def localize_dates(self, names: Any) -> list[Any]:
        """Return the names of columns or fields, each date's replaced by its localized column."""
        return [self._localized.get(name, name) for name in names]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Localize the dates that cannot be edited; the others need their own fields."""
        fixed = set(super().get_readonly_fields(request, obj)) & set(self._localized)
        return [
            (name, options | {"fields": _replaced(options["fields"], fixed, self._localized)})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = list(super().get_readonly_fields(request, obj))
        return [*names, *(self._localized[name] for name in names if name in self._localized)]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self.localize_dates(super().get_list_display(request))
