"""Database columns as search compares them: «علیرضا» finds «علی‌رضا», and the reverse."""

from django.db.models import TextField, Value
from django.db.models.functions import Replace

from portal.persian.text import ZERO_WIDTH_NON_JOINER


def without_joiners(field: str) -> Replace:
    """Return the column without non-joiners; `search_key` removes them from the search term."""
    return Replace(field, Value(ZERO_WIDTH_NON_JOINER), Value(""), output_field=TextField())
