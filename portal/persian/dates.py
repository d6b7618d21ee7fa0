"""Dates and durations in the reader's calendar and language."""

import datetime as dt

import jdatetime
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from portal.persian.numbers import digits, is_persian, number
from portal.persian.text import persian_digits

SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
JUST_NOW = dt.timedelta(seconds=5)
LONGEST_AGE = dt.timedelta(days=30)
"""`ago` shows the date of what is older: that says more than a count of days."""


def jalali(value: dt.date | None, precision: str = "date") -> str:
    """Return a date in the reader's calendar and the portal's time zone.

    `precision` is "date", or "time" for the hour and minute too.
    """
    if value is None:
        return ""
    local = timezone.localtime(value) if isinstance(value, dt.datetime) else value
    if not is_persian():
        return dateformat.format(local, "j F Y, H:i" if precision == "time" else "j F Y")
    day = jdatetime.date.fromgregorian(day=local.day, month=local.month, year=local.year)
    text = f"{day.day} {jdatetime.date.j_months_fa[day.month - 1]} {day.year}"
    if precision == "time" and isinstance(local, dt.datetime):
        text = f"{text}، ساعت {local:%H:%M}"
    return persian_digits(text)


def elapsed(value: dt.datetime | None) -> int:
    """Return the whole seconds since `value`; 0 for the future, as hosts' clocks differ."""
    if value is None:
        return 0
    return max(0, (timezone.now() - value) // SECOND)


def stopwatch(seconds: float) -> str:
    """Return a duration as a stopwatch shows it: ۰:۴۲, ۱۲:۰۵, ۱:۰۲:۰۳."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    shown = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return digits(shown)


def _in_largest_unit(span: dt.timedelta) -> tuple[str, dt.timedelta]:
    """Return the span in its largest whole unit, and the rest of it."""
    if span >= DAY:
        count, rest = divmod(span, DAY)
        words = ngettext("%(count)s day", "%(count)s days", count)
    elif span >= HOUR:
        count, rest = divmod(span, HOUR)
        words = ngettext("%(count)s hour", "%(count)s hours", count)
    elif span >= MINUTE:
        count, rest = divmod(span, MINUTE)
        words = ngettext("%(count)s minute", "%(count)s minutes", count)
    else:
        count, rest = span // SECOND, dt.timedelta(0)
        words = ngettext("%(count)s second", "%(count)s seconds", count)
    return words % {"count": number(count)}, rest


def duration(value: dt.timedelta | float | None) -> str:
    """Return a duration (a number means seconds) in its two largest units: ۱ ساعت و ۵ دقیقه."""
    if value is None:
        return ""
    span = value if isinstance(value, dt.timedelta) else dt.timedelta(seconds=value)
    first, rest = _in_largest_unit(max(span, dt.timedelta(0)))
    if rest < SECOND or (span >= HOUR and rest < MINUTE):  # an hour's seconds interest no reader
        return first
    second, _ = _in_largest_unit(rest)
    return gettext("%(first)s and %(second)s") % {"first": first, "second": second}


def until(start: dt.datetime | None, end: dt.datetime | None) -> str:
    """Return the duration between two points in time, in words."""
    return duration(None if start is None or end is None else end - start)


def ago(value: dt.datetime | None) -> str:
    """Return how long ago: ۵ دقیقه پیش; the date itself after LONGEST_AGE."""
    if value is None:
        return ""
    age = dt.timedelta(seconds=elapsed(value))
    if age < JUST_NOW:
        return gettext("just now")
    if age > LONGEST_AGE:
        return jalali(value)
    span, _ = _in_largest_unit(age)
    return gettext("%(span)s ago") % {"span": span}


def moment(value: dt.datetime | None, shown: str = "time") -> SafeString | str:
    """Return a point in time as `<time>`: in words ("ago"), by date, or with its hour ("time").

    Programs read it in `datetime`; the title shows readers the Gregorian date.
    """
    if value is None:
        return ""
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M}",
        ago(value) if shown == "ago" else jalali(value, shown),
    )
