"""Amounts of memory and disk as people read them: ۱٫۵ گیگابایت in Persian, 1.5 GB in English."""

import re

from django.utils.translation import gettext

from portal.persian.numbers import number

MB = 2**20
GB = 2**30
_UNITS = {"": 1, "K": 2**10, "M": MB, "G": GB, "T": 2**40}


def size(amount: int | None) -> str:
    """Return a number of bytes in gigabytes or megabytes, with one decimal below ten."""
    if amount is None:
        return ""
    unit, text = (GB, gettext("%(number)s GB")) if amount >= GB else (MB, gettext("%(number)s MB"))
    value = round(amount / unit, 1)
    return text % {"number": number(round(value) if value >= 10 or value.is_integer() else value)}


def parse_size(text: str) -> int | None:
    """Return the bytes of a setting such as 512M or 5G; None for any other text.

    deploy/socket_guard/server_limits.py reads the same notation.
    """
    found = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)([KMGT]?)", text)
    amount = int(float(found[1]) * _UNITS[found[2]]) if found else 0
    return amount or None
