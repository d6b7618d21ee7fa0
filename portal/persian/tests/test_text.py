"""Folding of text that people type in Persian."""

import pytest

from portal.persian.text import fold_digits, fold_letters, persian_digits, search_key


def test_persian_and_arabic_digits_become_latin() -> None:
    assert fold_digits("ترم ۲۴۶۸۰ گروه ٣٥٧٩١ 42") == "ترم 24680 گروه 35791 42"


def test_latin_and_arabic_digits_become_persian() -> None:
    assert persian_digits("v1404: ٤ ۳") == "v۱۴۰۴: ۴ ۳"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("علي كريمي", "علی کریمی"),
        ("موسى", "موسی"),
        ("ا\u0653رش", "آرش"),  # alef with madda in two parts
        ("مرضیه\u0654", "مرضیۀ"),  # one letter on two keyboards
        ("\u202bسارا\u200f\ufeff\u2069", "سارا"),  # invisible marks
    ],
)
def test_letters_have_one_spelling(typed: str, folded: str) -> None:
    assert fold_letters(typed) == folded


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("می\u200cشود", "می\u200cشود"),
        ("\u200c\u200cمی\u200c\u200c\u200cشود\u200c", "می\u200cشود"),
        ("سارا\u200c محمدی", "سارا محمدی"),
        ("سارا \u200cمحمدی", "سارا محمدی"),
    ],
)
def test_non_joiner_stays_only_between_letters(typed: str, folded: str) -> None:
    assert fold_letters(typed) == folded


def test_folding_twice_changes_nothing_more() -> None:
    once = fold_letters("\u200cعلي\u200c\u200fرضا\u200c ۱")
    assert fold_letters(once) == once


@pytest.mark.parametrize("typed", ["نیمفاصله", "\u200fنيم\u200cفاصله ", "  نیم\u200cفاصله"])
def test_search_ignores_non_joiner_and_keyboard(typed: str) -> None:
    assert search_key(typed) == "نیمفاصله"


def test_search_ignores_case_digits_and_spacing() -> None:
    assert search_key("Sara   ۹۸") == search_key("SARA 98")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("مومنی", "مؤمنی"),
        ("رویا", "رؤیا"),
        ("ارش", "آرش"),
        ("اسرا", "إسراء"),
        ("رئیس", "رييس"),
        ("مرضیه", "مرضیۀ"),
        ("فاطمه", "فاطمة"),
        ("محمد", "مُحَمَّد"),
        ("محمد", "محـمـد"),
        ("کہکشاں", "کهکشاں"),
    ],
)
def test_search_ignores_hamza_madda_and_vowel_signs(typed: str, stored: str) -> None:
    assert search_key(typed) == search_key(stored)


def test_folding_for_search_twice_changes_nothing_more() -> None:
    every = "".join(chr(code) for code in range(0x600, 0x700))
    assert search_key(search_key(every)) == search_key(every)


@pytest.mark.parametrize("typed", ["مؤمنی", "آرش"])
def test_stored_spelling_keeps_hamza_and_madda(typed: str) -> None:
    assert fold_letters(typed) == typed
