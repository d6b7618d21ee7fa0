"""Template filters of portal/persian: digits, numbers, dates and durations."""

from django import template

from portal.persian import dates, numbers, sizes, text

register = template.Library()

for function in (
    text.ltr,
    text.isolated,
    numbers.digits,
    numbers.number,
    numbers.percent,
    sizes.size,
    dates.jalali,
    dates.elapsed,
    dates.stopwatch,
    dates.duration,
    dates.until,
    dates.ago,
    dates.moment,
):
    register.filter(function)
