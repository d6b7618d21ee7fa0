"""Folding of what people type in Persian."""

import pytest

from portal.persian.text import fold_digits, fold_letters, persian_digits, search_key


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("۹۸۱۲۳۴۵", "9812345"),
        ("٩٨١٢٣٤٥", "9812345"),
        ("9812345", "9812345"),
        ("ترم ۲ گروه ٣", "ترم 2 گروه 3"),
        ("", ""),
    ],
)
def test_persian_and_arabic_digits_become_latin_ones(typed: str, folded: str) -> None:
    assert fold_digits(typed) == folded


@pytest.mark.parametrize(
    ("text", "shown"), [("1404", "۱۴۰۴"), ("٤", "۴"), ("v2: ۳", "v۲: ۳"), ("", "")]
)
def test_every_digit_becomes_a_persian_one(text: str, shown: str) -> None:
    assert persian_digits(text) == shown


def test_arabic_ya_and_kaf_become_persian() -> None:
    assert fold_letters("علي كريمي") == "علی کریمی"
    assert fold_letters("موسى") == "موسی"


def test_decomposed_letters_are_composed() -> None:
    alef_with_madda_in_two_parts = "ا\u0653"
    assert fold_letters(alef_with_madda_in_two_parts + "رش") == "آرش"


def test_non_joiner_between_letters_is_kept() -> None:
    assert fold_letters("می\u200cشود") == "می\u200cشود"


@pytest.mark.parametrize(
    "typed",
    [
        "می\u200c\u200cشود",
        "\u200cمی\u200cشود",
        "می\u200cشود\u200c",
        "\u200c\u200cمی\u200c\u200c\u200cشود\u200c",
    ],
)
def test_non_joiner_that_separates_nothing_is_dropped(typed: str) -> None:
    assert fold_letters(typed) == "می\u200cشود"


def test_non_joiner_beside_a_space_is_dropped() -> None:
    assert fold_letters("سارا\u200c محمدی") == "سارا محمدی"
    assert fold_letters("سارا \u200cمحمدی") == "سارا محمدی"


def test_invisible_marks_are_dropped() -> None:
    assert fold_letters("\u202bسارا\u200f\ufeff\u2069") == "سارا"


def test_folding_twice_changes_nothing_more() -> None:
    once = fold_letters("\u200cعلي\u200c\u200fرضا\u200c ۱")
    assert fold_letters(once) == once


@pytest.mark.parametrize(
    "typed", ["نیم\u200cفاصله", "نیمفاصله", "\u200fنيم\u200cفاصله ", "  نیم\u200cفاصله"]
)
def test_search_sees_through_non_joiner_and_keyboard(typed: str) -> None:
    assert search_key(typed) == "نیمفاصله"


def test_search_ignores_case_kind_of_digits_and_spacing() -> None:
    assert search_key("Sara   ۹۸") == search_key("SARA 98")
