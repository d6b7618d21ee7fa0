"""Values with which the row of an instance is stored, to compare with those it has now."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

from django.db import models


class StoredValues(models.Model):
    """Model whose instances record how some columns were last read or written."""

    RECORDED_COLUMNS: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    _stored: Mapping[str, Any] = MappingProxyType({})

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any
    ) -> Self:
        instance = super().from_db(db, field_names, values, **kwargs)
        instance.record_stored(cls.RECORDED_COLUMNS)
        return instance

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Self] | None = None,
    ) -> None:
        names = None if fields is None else list(fields)
        super().refresh_from_db(using, names, from_queryset)
        self.record_stored(
            self.RECORDED_COLUMNS if names is None else self.RECORDED_COLUMNS.intersection(names)
        )

    def record_stored(self, columns: Collection[str]) -> None:
        """Record that the row has the values which this instance has now."""
        values = {column: self.__dict__.get(column) for column in columns}
        self._stored = {**self._stored, **values}

    def stored_value(self, column: str) -> Any:
        """Return the value in the row; None for a new instance and for a column not read yet."""
        return self._stored.get(column)
