"""Numbers, dates and spans as pages show them."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from portal.templatetags import persian

NOON_IN_TEHRAN = dt.datetime(2025, 11, 23, 8, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def tehran() -> Iterator[None]:
    with timezone.override("Asia/Tehran"):
        yield


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    monkeypatch.setattr(timezone, "now", lambda: NOON_IN_TEHRAN)
    return NOON_IN_TEHRAN


def rendered(template: str, language: str = "fa", **context: object) -> str:
    with translation.override(language):
        return Template("{% load persian %}" + template).render(Context(context))


@pytest.mark.parametrize(
    ("template", "value", "persian_text", "english_text"),
    [
        ("{{ value|digits }}", "نسخه 2", "نسخه ۲", "نسخه 2"),
        ("{{ value|digits }}", 42, "۴۲", "42"),
        (
            "{{ value|digits }}",
            "Pulling image lab:4.2",
            "Pulling image lab:4.2",
            "Pulling image lab:4.2",
        ),
        ("{{ value|number }}", 1234567, "۱٬۲۳۴٬۵۶۷", "1,234,567"),
        ("{{ value|number }}", 1234.5, "۱٬۲۳۴٫۵", "1,234.5"),
        ("{{ value|number }}", -12, "-۱۲", "-12"),
        ("{{ value|percent }}", 42, "۴۲٪", "42%"),
        ("{{ value|clock }}", 42, "۰:۴۲", "0:42"),
        ("{{ value|clock }}", 725, "۱۲:۰۵", "12:05"),
        ("{{ value|clock }}", 3723, "۱:۰۲:۰۳", "1:02:03"),
    ],
)
def test_numbers_follow_the_language(
    template: str, value: object, persian_text: str, english_text: str
) -> None:
    assert rendered(template, value=value) == persian_text
    assert rendered(template, "en", value=value) == english_text


@pytest.mark.parametrize("name", ["number", "percent", "jalali", "duration", "ago", "moment"])
def test_nothing_is_shown_for_what_is_not_known(name: str) -> None:
    assert rendered("{{ value|" + name + " }}", value=None) == ""


def test_dates_are_jalali_in_persian_and_gregorian_in_english() -> None:
    assert rendered("{{ value|jalali }}", value=NOON_IN_TEHRAN) == "۲ آذر ۱۴۰۴"
    assert rendered("{{ value|jalali }}", "en", value=NOON_IN_TEHRAN) == "23 November 2025"


def test_hours_are_told_in_the_time_zone_of_the_portal() -> None:
    assert rendered("{{ value|jalali:'time' }}", value=NOON_IN_TEHRAN) == "۲ آذر ۱۴۰۴، ساعت ۱۲:۰۰"
    assert rendered("{{ value|jalali:'time' }}", "en", value=NOON_IN_TEHRAN) == (
        "23 November 2025, 12:00"
    )


def test_the_day_changes_at_midnight_in_tehran() -> None:
    just_past_midnight = dt.datetime(2025, 11, 22, 20, 31, tzinfo=dt.UTC)
    assert rendered("{{ value|jalali }}", value=just_past_midnight) == "۲ آذر ۱۴۰۴"


def test_the_last_day_of_a_leap_year_is_right() -> None:
    assert rendered("{{ value|jalali }}", value=dt.date(2025, 3, 20)) == "۳۰ اسفند ۱۴۰۳"
    assert rendered("{{ value|jalali }}", value=dt.date(2025, 3, 21)) == "۱ فروردین ۱۴۰۴"


@pytest.mark.parametrize(
    ("seconds", "persian_text", "english_text"),
    [
        (0, "همین حالا", "just now"),
        (20, "۲۰ ثانیه پیش", "20 seconds ago"),
        (90, "۱ دقیقه پیش", "1 minute ago"),
        (300, "۵ دقیقه پیش", "5 minutes ago"),
        (3600, "۱ ساعت پیش", "1 hour ago"),
        (3 * 86400, "۳ روز پیش", "3 days ago"),
        (60 * 86400, "۲ مهر ۱۴۰۴", "24 September 2025"),
    ],
)
def test_ages_are_told_in_words(
    now: dt.datetime, seconds: int, persian_text: str, english_text: str
) -> None:
    value = now - dt.timedelta(seconds=seconds)
    assert rendered("{{ value|ago }}", value=value) == persian_text
    assert rendered("{{ value|ago }}", "en", value=value) == english_text


def test_a_clock_that_is_ahead_shows_no_age_below_zero(now: dt.datetime) -> None:
    ahead = now + dt.timedelta(seconds=30)
    assert persian.elapsed(ahead) == 0
    assert rendered("{{ value|ago }}", value=ahead) == "همین حالا"


@pytest.mark.parametrize(
    ("value", "persian_text", "english_text"),
    [
        (0, "۰ ثانیه", "0 seconds"),
        (3600, "۱ ساعت", "1 hour"),
        (5400, "۱ ساعت و ۳۰ دقیقه", "1 hour and 30 minutes"),
        (3605, "۱ ساعت", "1 hour"),
        (75, "۱ دقیقه و ۱۵ ثانیه", "1 minute and 15 seconds"),
        (dt.timedelta(days=2, hours=3), "۲ روز و ۳ ساعت", "2 days and 3 hours"),
    ],
)
def test_spans_are_told_in_their_two_largest_units(
    value: object, persian_text: str, english_text: str
) -> None:
    assert rendered("{{ value|duration }}", value=value) == persian_text
    assert rendered("{{ value|duration }}", "en", value=value) == english_text


def test_a_moment_carries_its_gregorian_date_for_people_and_machines(now: dt.datetime) -> None:
    assert rendered("{{ value|moment }}", value=now) == (
        '<time datetime="2025-11-23T12:00:00+03:30" title="2025-11-23 12:00">'
        "۲ آذر ۱۴۰۴، ساعت ۱۲:۰۰</time>"
    )


def test_a_moment_can_be_told_as_an_age(now: dt.datetime) -> None:
    value = now - dt.timedelta(minutes=5)
    assert rendered("{{ value|moment:'ago' }}", value=value).endswith(">۵ دقیقه پیش</time>")


def test_a_span_can_be_given_by_its_two_ends(now: dt.datetime) -> None:
    end = now + dt.timedelta(seconds=7)
    assert rendered("{{ value|until:end }}", value=now, end=end) == "۷ ثانیه"
    assert rendered("{{ value|until:end }}", value=now, end=None) == ""


def test_digits_of_links_entities_and_isolated_names_stay_as_they_are() -> None:
    text = mark_safe('<a href="/page/2">صفحهٔ 2</a> &#39;3&#39;')
    assert rendered("{{ text|digits }}", text=text) == ('<a href="/page/2">صفحهٔ ۲</a> &#39;۳&#39;')
    assert rendered("{{ text|digits }}", text=f"{persian.ltr('sara98@example.ir')} 2 بار") == (
        "\u2066sara98@example.ir\u2069 ۲ بار"
    )


def test_digits_do_not_make_a_text_safe_that_was_not() -> None:
    assert rendered("{{ text|digits }}", text="<b>۱") == "&lt;b&gt;۱"
