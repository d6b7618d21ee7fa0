"""User names: one spelling each, and no two that look alike."""

import sys
import unicodedata

import pytest
from django.core.exceptions import ValidationError

from accounts.hub_usernames import is_legal_hub_username, propose_hub_usernames
from accounts.usernames import LONGEST_USERNAME, fold_username, username_validators

# Every character there is, but for those that are only themselves: CJK, Hangul and the unassigned.
CHARACTERS = [
    character
    for character in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(character) not in ("Cs", "Cn", "Co")
    and not ("\u2e80" <= character < "\ufb00" or "\U00012000" <= character < "\U0001d400")
    and character < "\U00020000"
]


def is_accepted(text: str) -> bool:
    name = fold_username(text)
    try:
        for validate in username_validators:
            validate(name)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("SARA", "sara"),
        ("  sara ", "sara"),
        ("۹۸۱۲۳۴۵", "9812345"),
        ("٩٨١٢٣٤٥", "9812345"),
        ("علی.رضایی", "علی.رضایی"),
        ("علي.رضايي", "علی.رضایی"),
        ("كيان", "کیان"),
        ("علی\u200cرضا", "علیرضا"),
        ("\u202bعلی\u202c", "علی"),
        ("ﻋﻠﯽ", "علی"),  # presentation forms, from an old PDF
        ("ｓａｒａ", "sara"),
        ("sa\u00adra\u2060", "sara"),
    ],
)
def test_names_that_look_the_same_are_the_same(typed: str, stored: str) -> None:
    assert fold_username(typed) == stored
    assert is_accepted(typed)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "a\u200c\u200c\u200cb",  # long only in what nobody sees
        "a" * (LONGEST_USERNAME + 1),
        "ﷺ" * 10,  # each is a sentence once it is folded
        "../admin",
        "a/b",
        "a b",
        "a\nb",
        "sara\x00",
        ".sara",
        "sara.",
        "-sara",
        "_sara_",
        "sara@example.ir",
        "saraعلی",
        "сара",  # Cyrillic
        "saŕa",
        "سارا؟",
        "عَلی",  # with a vowel mark
        "<script>",
        "%2e%2e",
        "sara'--",
        "👩‍🔬👩‍🔬",
    ],
)
def test_other_names_are_refused(name: str) -> None:
    assert not is_accepted(name)


def test_no_character_makes_an_accepted_name_that_folds_once_more() -> None:
    """Else the name that is stored would not be found at sign-in."""
    folded = {fold_username(f"ab{character}cd") for character in CHARACTERS} | {
        fold_username(f"آب{character}پت") for character in CHARACTERS
    }
    accepted = set(filter(is_accepted, folded))

    assert len(accepted) > len("abcdefghijklmnopqrstuvwxyz0123456789._-")
    assert [name for name in accepted if fold_username(name) != name] == []


def test_a_latin_name_has_no_letter_of_another_alphabet_and_nothing_invisible() -> None:
    folded = {fold_username(f"ab{character}cd") for character in CHARACTERS}

    assert set("".join(filter(is_accepted, folded))) == set(
        "abcdefghijklmnopqrstuvwxyz0123456789._-"
    )


@pytest.mark.parametrize(
    ("username", "first"),
    [
        ("sara", "sara"),
        ("9812345", "u9812345"),
        ("s.rezaei_98", "s-rezaei-98"),
        ("a" * 64, "a" * 30),
        ("a" * 29 + ".b", "a" * 29),
        ("admin", "admin"),
    ],
)
def test_a_latin_name_keeps_its_spelling_on_the_hub(username: str, first: str) -> None:
    assert next(propose_hub_usernames(username)) == first


def test_a_persian_name_gets_one_that_nobody_can_guess() -> None:
    first, second = (next(propose_hub_usernames("علی.رضایی")) for _ in range(2))

    assert first != second
    assert first.startswith("u-")


@pytest.mark.parametrize("character", ["", "/", "..", "%2e", " ", "\n", "é", "ی", "-", "_", "0"])
@pytest.mark.parametrize("rest", ["", "sara", "علی", "9" * 64, "-" * 40, "a" * 29])
def test_whatever_the_name_all_proposals_are_legal_and_different(rest: str, character: str) -> None:
    proposals = propose_hub_usernames(f"{character}{rest}{character}")
    names = [next(proposals) for _ in range(30)]

    assert all(map(is_legal_hub_username, names))
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "name", ["", "Sara", "1sara", "-sara", "s.ara", "sara\n", "s" * 31, "ساره", "sara/..", "s_a"]
)
def test_what_is_not_legal_on_the_hub_is_told(name: str) -> None:
    assert not is_legal_hub_username(name)
