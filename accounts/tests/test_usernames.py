"""Usernames: one spelling each, and no two that look the same."""

import sys
import unicodedata

import pytest
from django.core.exceptions import ValidationError

from accounts.hub_usernames import is_legal_hub_username, propose_hub_usernames
from accounts.reserved_names import RESERVED_HUB_USERNAMES, is_reserved_username
from accounts.usernames import LONGEST_USERNAME, fold_username, username_validators

# All characters but those that fold to themselves: CJK, Hangul and the unassigned.
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
        ("  SARA ", "sara"),
        ("۹۸١٢٣٤٥", "9812345"),
        ("علي.رضايي", "علی.رضایی"),
        ("علی\u200cرضا", "علیرضا"),
        ("\u202bعلی\u202c", "علی"),
        ("ﻋﻠﯽ", "علی"),  # presentation forms, from an old PDF
        ("ｓａｒａ", "sara"),
        ("sa\u00adra\u2060", "sara"),
    ],
)
def test_similar_spellings_fold_to_one_name(typed: str, stored: str) -> None:
    assert fold_username(typed) == stored
    assert is_accepted(typed)


@pytest.mark.parametrize(
    "name",
    [
        "ab",
        "a\u200c\u200c\u200cb",  # long only with invisible characters
        "a" * (LONGEST_USERNAME + 1),
        "ﷺ" * 10,  # each folds to a sentence
        "a/b",
        "a b",
        "sara\x00",
        ".sara",
        "sara_",
        "sara@example.ir",
        "saraعلی",
        "сара",  # Cyrillic
        "saŕa",
        "عَلی",  # with a vowel mark
        "👩‍🔬👩‍🔬",
    ],
)
def test_invalid_user_name_is_refused(name: str) -> None:
    assert not is_accepted(name)


def test_accepted_names_are_stable_in_one_alphabet() -> None:
    """Otherwise sign-in would not find the stored name, or names could be imitated."""
    latin = set(filter(is_accepted, (fold_username(f"ab{char}cd") for char in CHARACTERS)))
    persian = set(filter(is_accepted, (fold_username(f"آب{char}پت") for char in CHARACTERS)))

    assert [name for name in latin | persian if fold_username(name) != name] == []
    assert set("".join(latin)) == set("abcdefghijklmnopqrstuvwxyz0123456789._-")
    assert len(persian) > 30


@pytest.mark.parametrize(
    ("username", "first"),
    [
        ("9812345", "u9812345"),
        ("s.rezaei_98", "s-rezaei-98"),
        ("a" * 64, "a" * 30),
        ("a" * 29 + ".b", "a" * 29),
    ],
)
def test_latin_name_proposes_its_own_spelling(username: str, first: str) -> None:
    assert next(propose_hub_usernames(username)) == first


def test_persian_name_proposes_random_hub_username() -> None:
    first, second = (next(propose_hub_usernames("علی.رضایی")) for _ in range(2))

    assert first != second
    assert first.startswith("u-")


@pytest.mark.parametrize("character", ["", "..", "\n", "é", "ی", "0"])
@pytest.mark.parametrize("rest", ["", "علی", "9" * 64, "-" * 40, "a" * 29])
def test_all_proposals_are_legal_and_different(rest: str, character: str) -> None:
    proposals = propose_hub_usernames(f"{character}{rest}{character}")
    names = [next(proposals) for _ in range(30)]

    assert all(map(is_legal_hub_username, names))
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "name", ["", "Sara", "1sara", "-sara", "s.ara", "sara\n", "s" * 31, "ساره"]
)
def test_illegal_hub_username_is_recognised(name: str) -> None:
    assert not is_legal_hub_username(name)


@pytest.mark.parametrize(
    "name",
    [
        "support",
        "Help-Desk",
        "security",
        "staff",
        "info",
        "www",
        "api",
        "hub",
        "portal",
        "shaparak",
        "ＡＤＭＩＮ",
        "adm1n",
        "r00t",
        "support.2",
        "admin۲",
        "پشتیبانی",
        "پشتيباني",
        "پشتیبانی۲",
        "مدیر",
        "مدير.سامانه",
        "ادمین",
        "آدمین",
        "رئیس",
        "شاپرک",
    ],
)
def test_name_of_the_service_is_reserved(name: str) -> None:
    assert is_reserved_username(name)


@pytest.mark.parametrize(
    "name", ["sara", "9812345", "u1", "s.rezaei_98", "helpa", "lab1", "علی", "مدیری", "supporter"]
)
def test_name_of_a_person_is_not_reserved(name: str) -> None:
    assert not is_reserved_username(name)


@pytest.mark.parametrize("name", sorted(RESERVED_HUB_USERNAMES))
def test_label_of_a_host_is_nobodys_hub_username(name: str) -> None:
    proposals = propose_hub_usernames(name)

    assert RESERVED_HUB_USERNAMES.isdisjoint(next(proposals) for _ in range(20))
