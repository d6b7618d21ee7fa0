"""Dates of the administration in the reader's calendar, which Django knows nothing of."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from portal.templatetags.persian import moment


def _column(field: models.DateTimeField) -> Callable[[models.Model], str]:
    @admin.display(description=field.verbose_name, ordering=field.name)
    def show(row: models.Model) -> str:
        return moment(getattr(row, field.name)) or "-"

    return show


class DatesInTheReadersCalendar(admin.ModelAdmin):
    """Columns of a list, and fields that are only read, show `DateTimeField`s as pages do."""

    def __init__(self, model: type[models.Model], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self._dates: dict[str, str] = {}
        for field in model._meta.fields:
            if isinstance(field, models.DateTimeField):
                self._dates[field.name] = f"{field.name}_in_the_readers_calendar"
                setattr(self, self._dates[field.name], _column(field))

    def as_dates(self, names: Any) -> list[Any]:
        """The names of columns or fields, with those of dates turned to what shows them."""
        return [self._dates.get(name, name) for name in names]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self.as_dates(super().get_list_display(request))
