"""Numbers, dates and spans of time as a reader of the active language expects them."""

import datetime as dt
import re
from decimal import Decimal

import jdatetime
from django import template
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from portal.persian.text import persian_digits

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86400
AGO_ENDS_AFTER = 30 * DAY  # from here on a date says more than a count of days


def _is_persian() -> bool:
    return (get_language() or "").partition("-")[0] == "fa"


# What keeps its own digits inside a text: tags and entities of HTML, and what was isolated.
_NOT_READ_AS_WORDS = re.compile(r"(<[^>]*>|&#?\w+;|[\u2066\u2068][^\u2069]*\u2069)")
_LATIN_LETTER = re.compile(r"[A-Za-z]")
_PERSIAN_LETTER = re.compile(r"[\u0621-\u06cc]")


@register.filter
def digits(value: object) -> str:
    """The text with ۰–۹ for readers of Persian; for what is read, not for names, links or code.

    A text that is English through and through, as the Hub's own words, keeps its digits.
    """
    text = str(value)
    if not _is_persian() or (_LATIN_LETTER.search(text) and not _PERSIAN_LETTER.search(text)):
        return text
    parts = _NOT_READ_AS_WORDS.split(text)
    parts[::2] = [persian_digits(words) for words in parts[::2]]
    shown = "".join(parts)
    return mark_safe(shown) if isinstance(value, SafeString) else shown  # noqa: S308 (it was safe)


@register.filter
def ltr(value: object) -> str:
    """A name, link or code that keeps its direction, in plain text, where `<bdi>` cannot be."""
    return f"\u2066{value}\u2069" if value else ""


@register.filter
def isolated(value: object) -> str:
    """A person's name, of whatever script, that does not turn the plain text around it."""
    return f"\u2068{value}\u2069" if value else ""


@register.filter
def number(value: float | Decimal | None) -> str:
    """A number with its thousands grouped: ۱٬۲۳۴٫۵ in Persian, 1,234.5 in English."""
    if value is None:
        return ""
    grouped = f"{value:,}"
    if not _is_persian():
        return grouped
    return persian_digits(grouped.translate(str.maketrans(",.", "٬٫")))


@register.filter
def percent(value: int | None) -> str:
    """۴۲٪ in Persian, 42% in English."""
    if value is None:
        return ""
    return f"{persian_digits(str(value))}٪" if _is_persian() else f"{value}%"


@register.filter
def jalali(value: dt.date | None, precision: str = "date") -> str:
    """A date in the reader's calendar and the portal's time zone; with "time", its hour too."""
    if value is None:
        return ""
    local = timezone.localtime(value) if isinstance(value, dt.datetime) else value
    if not _is_persian():
        return dateformat.format(local, "j F Y, H:i" if precision == "time" else "j F Y")
    day = jdatetime.date.fromgregorian(day=local.day, month=local.month, year=local.year)
    text = f"{day.day} {jdatetime.date.j_months_fa[day.month - 1]} {day.year}"
    if precision == "time" and isinstance(local, dt.datetime):
        text = f"{text}، ساعت {local:%H:%M}"
    return persian_digits(text)


@register.filter
def elapsed(value: dt.datetime | None) -> int:
    """Whole seconds since then; 0 for what is yet to come, as clocks differ a little."""
    if value is None:
        return 0
    return max(0, int((timezone.now() - value).total_seconds()))


@register.filter
def clock(seconds: float) -> str:
    """A span as a stop-watch shows it: ۰:۴۲, ۱۲:۰۵, ۱:۰۲:۰۳."""
    minutes, rest = divmod(int(seconds), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    shown = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return digits(shown)


def _counted(seconds: int) -> tuple[str, int]:
    """The span in its largest whole unit, and the seconds that are left over."""
    if seconds >= DAY:
        count, rest = divmod(seconds, DAY)
        words = ngettext("%(count)s day", "%(count)s days", count)
    elif seconds >= HOUR:
        count, rest = divmod(seconds, HOUR)
        words = ngettext("%(count)s hour", "%(count)s hours", count)
    elif seconds >= MINUTE:
        count, rest = divmod(seconds, MINUTE)
        words = ngettext("%(count)s minute", "%(count)s minutes", count)
    else:
        count, rest = seconds, 0
        words = ngettext("%(count)s second", "%(count)s seconds", count)
    return words % {"count": number(count)}, rest


@register.filter
def duration(value: dt.timedelta | float | None) -> str:
    """A span in words, in its two largest units: ۱ ساعت و ۵ دقیقه."""
    if value is None:
        return ""
    seconds = int(value.total_seconds() if isinstance(value, dt.timedelta) else value)
    first, rest = _counted(max(0, seconds))
    if rest == 0 or (seconds >= HOUR and rest < MINUTE):  # nobody asks for an hour's seconds
        return first
    second, _ = _counted(rest)
    return gettext("%(first)s and %(second)s") % {"first": first, "second": second}


@register.filter
def until(start: dt.datetime | None, end: dt.datetime | None) -> str:
    """The span between two points in time, in words."""
    return duration(None if start is None or end is None else end - start)


@register.filter
def ago(value: dt.datetime | None) -> str:
    """How long ago: ۵ دقیقه پیش; the date itself once that says more."""
    if value is None:
        return ""
    seconds = elapsed(value)
    if seconds < 5:
        return gettext("just now")
    if seconds > AGO_ENDS_AFTER:
        return jalali(value)
    span, _ = _counted(seconds)
    return gettext("%(span)s ago") % {"span": span}


@register.filter
def moment(value: dt.datetime | None, shown: str = "time") -> SafeString | str:
    """A point in time as `<time>`: in words ("ago"), by date or with its hour ("time").

    Machines read it in `datetime`; the title has the Gregorian date for who wants it.
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
