"""The catalogues are complete, compiled, in our words, and what the sources ask for."""

import re
import shutil
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import allauth
import django
import polib
import pytest
from django.utils import translation

from jupyter_integration.failures.catalogue import EXPLANATIONS
from jupyter_integration.failures.codes import FailureCode

ROOT = Path(__file__).resolve().parent.parent
OURS = ROOT / "locale/fa/LC_MESSAGES/django.po"
THIRD_PARTY = ROOT / "locale/third_party/fa/LC_MESSAGES/django.po"
CATALOGUES = pytest.mark.parametrize("path", [OURS, THIRD_PARTY], ids=["ours", "third party"])

# Names that have no Persian form, and codes that people see elsewhere in the same letters.
LATIN_THAT_STAYS = {"JupyterHub", "JupyterLab", "IPv4", "IPv6"}

SOMETHING = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for a name or a number
PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sdr]|%[sd]|\{[a-z_]*\}|</?[a-z][^>]*>")


def forms_of(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def translations(path: Path) -> Iterator[tuple[polib.POEntry, str]]:
    for entry in polib.pofile(str(path)):
        for text in forms_of(entry):
            yield entry, text


def words_of(text: str) -> str:
    return PLACEHOLDER.sub(" ", text)


@CATALOGUES
def test_every_text_is_translated(path: Path) -> None:
    assert [entry.msgid for entry, text in translations(path) if not text] == []


@CATALOGUES
def test_nothing_is_fuzzy_or_obsolete(path: Path) -> None:
    assert [entry.msgid for entry in polib.pofile(str(path)) if entry.fuzzy or entry.obsolete] == []


@CATALOGUES
def test_placeholders_and_tags_are_those_of_the_source(path: Path) -> None:
    assert [
        entry.msgid
        for entry, text in translations(path)
        if sorted(PLACEHOLDER.findall(text))
        not in (
            sorted(PLACEHOLDER.findall(entry.msgid)),
            sorted(PLACEHOLDER.findall(entry.msgid_plural)),
        )
    ] == []


@CATALOGUES
def test_the_compiled_catalogue_equals_its_source(path: Path) -> None:
    def contents(entries: polib.POFile | polib.MOFile) -> dict[tuple[str, str], list[str]]:
        return {(e.msgctxt or "", e.msgid): forms_of(e) for e in entries}

    compiled = polib.mofile(str(path.with_suffix(".mo")))
    assert contents(compiled) == contents(polib.pofile(str(path))), "run scripts/messages"


@pytest.fixture(scope="module")
def messages_script() -> ModuleType:
    loader = SourceFileLoader("messages_script", str(ROOT / "scripts/messages"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_collecting_the_texts_again_leaves_no_difference(
    tmp_path: Path, messages_script: ModuleType
) -> None:
    assert shutil.which("xgettext"), "install gettext: apt-get install gettext"
    for folder in ("accounts", "jupyter_integration", "portal", "templates", "locale"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    messages_script.collect(tmp_path)

    def texts(path: Path) -> set[tuple[str | None, str, str]]:
        return {(e.msgctxt, e.msgid, e.msgid_plural) for e in polib.pofile(str(path))}

    collected = texts(tmp_path / OURS.relative_to(ROOT))
    known = texts(OURS)
    assert (collected - known, known - collected) == (set(), set()), "run scripts/messages"


def test_what_we_say_for_others_is_still_said_by_them() -> None:
    said: set[tuple[str | None, str]] = set()
    packages = [Path(django.__file__).parent, Path(allauth.__file__).parent]
    for catalogue in [
        *packages[0].glob("**/locale/en/LC_MESSAGES/django.po"),
        packages[1] / "locale/fa/LC_MESSAGES/django.po",
    ]:
        said |= {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(catalogue))}
    ours = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(THIRD_PARTY))}
    assert ours - said == set()


@pytest.mark.parametrize("part", ["conf", "contrib/admin", "contrib/auth"])
def test_nothing_that_django_says_is_left_in_english(part: str) -> None:
    folder = Path(django.__file__).parent / part / "locale"
    english = {(e.msgctxt, e.msgid) for e in polib.pofile(str(folder / "en/LC_MESSAGES/django.po"))}
    persian: set[tuple[str | None, str]] = set()
    for catalogue in (folder / "fa/LC_MESSAGES/django.po", THIRD_PARTY, OURS):
        entries = polib.pofile(str(catalogue)).translated_entries()
        persian |= {(entry.msgctxt, entry.msgid) for entry in entries}
    assert english - persian == set()


# --- One spelling, one register --------------------------------------------------------------

MISTAKES = {
    "Arabic ya or kaf": r"[يك]",
    "Latin digits": r"[0-9]",
    "Arabic digits": r"[٠-٩]",
    "Latin punctuation after a Persian letter": r"[آ-ی‌ٔ][,;?]",
    "straight or English quotes": r"[\"“”]",
    "three dots instead of …": r"\.\.\.",
    "a space where می‌ is joined": r"(^|[^آ-ی])ن?می [آ-ی]",
    "a space before the plural": r"[آ-ی] ها(ی|یی)?($|[^آ-ی])",
    "تایید without hamza": r"تایید",
    "another word for password": r"رمز|پسورد|کلمهٔ? عبور",
    "familiar address": r"(^|[^آ-ی])(تو|کن|کرده‌ای|حساب‌ات|بسپار)($|[^آ-ی])",
    "a joiner at the edge of a word": r"(^|[^\w])\u200c|\u200c($|[^\w])",
    "two spaces": r"  ",
}


@CATALOGUES
@pytest.mark.parametrize("mistake", MISTAKES)
def test_texts_are_spelled_as_we_spell(path: Path, mistake: str) -> None:
    pattern = re.compile(MISTAKES[mistake])
    found = []
    for _, text in translations(path):
        words = PLACEHOLDER.sub(SOMETHING, text)
        for name in LATIN_THAT_STAYS:
            words = words.replace(name, SOMETHING)
        if pattern.search(words):
            found.append(text)
    assert found == []


@CATALOGUES
def test_no_latin_word_is_left_but_the_few_that_have_no_other_form(path: Path) -> None:
    found = {
        word
        for _, text in translations(path)
        for word in re.findall(r"[A-Za-z][A-Za-z0-9]+", words_of(text))
    }
    assert found - LATIN_THAT_STAYS == set()


def test_the_two_sentences_that_users_know_are_as_they_were() -> None:
    texts = {entry.msgid: entry.msgstr for entry in polib.pofile(str(OURS))}
    assert texts["Error connecting to JupyterHub"] == "خطا در اتصال به JupyterHub"
    assert texts["Error creating the JupyterHub user"] == "خطا در ایجاد کاربر JupyterHub"


@pytest.mark.parametrize("code", FailureCode.values)
def test_every_failure_has_its_sentences_in_persian(code: str) -> None:
    explanation = EXPLANATIONS[FailureCode(code)]
    with translation.override("en"):
        english = [str(explanation.title), str(explanation.cause), str(explanation.remedy)]
    with translation.override("fa"):
        persian = [str(explanation.title), str(explanation.cause), str(explanation.remedy)]
    for source, text in zip(english, persian, strict=True):
        assert text != source
        assert set(re.findall(r"[A-Za-z]{2,}", text)) <= LATIN_THAT_STAYS


def test_english_readers_get_the_source_texts() -> None:
    with translation.override("en"):
        assert translation.gettext("Dashboard") == "Dashboard"
        assert translation.gettext("Remember Me") == "Remember Me"
