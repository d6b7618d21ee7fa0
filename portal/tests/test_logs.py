"""Log format: what a stranger sends stays inside its own line, and lines have an end."""

import logging
import sys
import time

import pytest

from portal.logs import LONGEST_LINE, LONGEST_TRACEBACK, UtcFormatter

FORGED = "2026-11-27T10:00:00.000Z INFO accounts.audit event=signed_in"
FORMATTER = UtcFormatter("{levelname} {message}", style="{")


def format_message(text: str) -> str:
    record = logging.LogRecord("portal", logging.INFO, __file__, 1, "%s", (text,), None)
    return FORMATTER.format(record)


def format_error(text: str) -> str:
    try:
        raise ValueError(text)
    except ValueError:
        error = sys.exc_info()
    record = logging.LogRecord("portal", logging.ERROR, __file__, 1, "failed", (), error)
    return FORMATTER.format(record)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"])
def test_message_stays_on_one_line(line_end: str) -> None:
    assert len(format_message(f"name{line_end}{FORGED}").splitlines()) == 1


@pytest.mark.parametrize("mark", ["\x1b[2J", "\x00", "\x9b", "\u202e", "\u2066"])
def test_terminal_and_direction_marks_are_escaped(mark: str) -> None:
    assert format_message(f"name{mark}").isprintable()


def test_persian_text_stays_legible() -> None:
    assert format_message("می\u200cشود") == "INFO می\u200cشود"


def test_long_message_is_cut() -> None:
    assert len(format_message("x" * 200_000)) <= LONGEST_LINE + len("INFO ")


def test_traceback_contains_no_forged_line() -> None:
    lines = format_error(f"name\n{FORGED}").splitlines()

    assert [line for line in lines if not line.startswith("    ")] == ["ERROR failed"]


def test_long_traceback_is_cut() -> None:
    assert len(format_error("x\n" * 200_000)) < 4 * LONGEST_TRACEBACK


def test_line_begins_with_utc(monkeypatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tehran")
    time.tzset()
    try:
        record = logging.LogRecord("portal", logging.INFO, __file__, 1, "x", (), None)
        record.created, record.msecs = 0.25, 250.0
        formatter = UtcFormatter("{asctime} {message}", style="{")
        assert formatter.format(record) == "1970-01-01T00:00:00.250Z x"
    finally:
        monkeypatch.undo()
        time.tzset()
