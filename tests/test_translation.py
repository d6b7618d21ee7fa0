"""Catalogues of translations: complete, compiled, up to date, and spelled by our rules."""

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

from tests.persian_spelling import FORMER_WORDS, SPELLING_MISTAKES, WORDING_MISTAKES

ROOT = Path(__file__).resolve().parent.parent
OURS = ROOT / "locale/fa/LC_MESSAGES/django.po"
THIRD_PARTY = ROOT / "locale/third_party/fa/LC_MESSAGES/django.po"
SCRIPTS = THIRD_PARTY.with_name("djangojs.po")
CATALOGUES = pytest.mark.parametrize(
    "path", [OURS, THIRD_PARTY, SCRIPTS], ids=["ours", "third party", "scripts of the admin"]
)

# Names without a Persian form, and codes that people see elsewhere in the same letters.
LATIN_NAMES = {"JupyterHub", "JupyterLab", "Notebook", "API", "IP", "IPv4", "IPv6"}
LATIN_NAMES |= {"Caps", "Lock"}  # as on the key

STAND_IN = "\N{OBJECT REPLACEMENT CHARACTER}"  # for a name or a number
PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[sdr]|%[sd]|\{[a-z_]*\}|</?[a-z][^>]*>")


def forms_of(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def translations(path: Path) -> Iterator[tuple[polib.POEntry, str]]:
    for entry in polib.pofile(str(path)):
        for text in forms_of(entry):
            yield entry, text


@CATALOGUES
def test_every_text_is_translated(path: Path) -> None:
    assert [entry.msgid for entry, text in translations(path) if not text] == []
    assert [entry.msgid for entry in polib.pofile(str(path)) if entry.fuzzy or entry.obsolete] == []


@CATALOGUES
def test_placeholders_equal_those_of_the_source(path: Path) -> None:
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
def test_compiled_catalogue_equals_its_source(path: Path) -> None:
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


def test_collecting_texts_again_leaves_no_difference(
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


def test_third_party_texts_still_exist_there() -> None:
    theirs: set[tuple[str | None, str]] = set()
    packages = [Path(django.__file__).parent, Path(allauth.__file__).parent]
    for catalogue in [
        *packages[0].glob("**/locale/en/LC_MESSAGES/django.po"),
        packages[1] / "locale/fa/LC_MESSAGES/django.po",
    ]:
        theirs |= {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(catalogue))}
    ours = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(THIRD_PARTY))}
    assert ours - theirs == set()


def test_every_text_of_the_admin_scripts_is_translated() -> None:
    folder = Path(django.__file__).parent / "contrib/admin/locale"
    theirs = texts_of(folder / "en/LC_MESSAGES/djangojs.po")
    persian = texts_of(folder / "fa/LC_MESSAGES/djangojs.po") | texts_of(SCRIPTS)
    assert texts_of(SCRIPTS) - theirs == set()
    assert theirs - persian == set()


def texts_of(path: Path) -> set[tuple[str | None, str]]:
    entries = polib.pofile(str(path))
    own = path.parent.parent.name != "en"
    return {(e.msgctxt, e.msgid) for e in entries if not own or e.translated()}


@pytest.mark.parametrize("part", ["conf", "contrib/admin", "contrib/auth"])
def test_every_text_of_django_is_translated(part: str) -> None:
    folder = Path(django.__file__).parent / part / "locale"
    english = {(e.msgctxt, e.msgid) for e in polib.pofile(str(folder / "en/LC_MESSAGES/django.po"))}
    persian: set[tuple[str | None, str]] = set()
    for catalogue in (folder / "fa/LC_MESSAGES/django.po", THIRD_PARTY, OURS):
        entries = polib.pofile(str(catalogue)).translated_entries()
        persian |= {(entry.msgctxt, entry.msgid) for entry in entries}
    assert english - persian == set()


MISTAKES = SPELLING_MISTAKES | WORDING_MISTAKES


@CATALOGUES
@pytest.mark.parametrize("mistake", MISTAKES)
def test_translations_have_no_spelling_mistake(path: Path, mistake: str) -> None:
    pattern = re.compile(MISTAKES[mistake])
    found = []
    for _, text in translations(path):
        words = PLACEHOLDER.sub(STAND_IN, text)
        for name in sorted(LATIN_NAMES, key=len, reverse=True):
            words = words.replace(name, STAND_IN)
        if pattern.search(words):
            found.append(text)
    assert found == []


@CATALOGUES
def test_translations_have_no_latin_word(path: Path) -> None:
    found = {
        word
        for _, text in translations(path)
        for word in re.findall(r"[A-Za-z][A-Za-z0-9]+", PLACEHOLDER.sub(" ", text))
    }
    assert found - LATIN_NAMES == set()


def test_english_readers_get_source_texts() -> None:
    with translation.override("en"):
        assert translation.gettext("Dashboard") == "Dashboard"
        assert translation.gettext("Remember Me") == "Remember Me"


@CATALOGUES
@pytest.mark.parametrize("word", FORMER_WORDS)
def test_one_thing_has_one_word(path: Path, word: str) -> None:
    pattern = re.compile(FORMER_WORDS[word])
    assert [text for _, text in translations(path) if pattern.search(text)] == []


PERSIAN_DOCUMENTS = [
    "README.fa.md",
    "jupyterhub/templates",
    "deploy/edge/pages",
    "templates/help_pages/fa",
]
FOR_OPERATORS = {"README.fa.md": "شاپرک, outside texts for operators"}


@pytest.mark.parametrize("place", PERSIAN_DOCUMENTS)
def test_documents_and_pages_use_the_catalogues_words(place: str) -> None:
    documents = [ROOT / place] if (ROOT / place).is_file() else sorted((ROOT / place).iterdir())
    assert documents
    found = {
        match[0]
        for document in documents
        for word, pattern in FORMER_WORDS.items()
        for match in re.finditer(pattern, document.read_text(encoding="utf-8"))
        if FOR_OPERATORS.get(place) != word
    }
    assert found == set()
