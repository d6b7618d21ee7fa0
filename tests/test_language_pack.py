"""Persian texts for JupyterLab: they exist there, are built, complete and spelled by our rules."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import jupyterlab
import notebook
import polib
import pytest
from jupyterlab_server import translation_utils

from tests.persian_spelling import SPELLING_MISTAKES

PACK = Path(__file__).resolve().parent.parent / "jupyterhub/language_pack"
CATALOGUES = sorted(PACK.rglob("*.po"))
OURS = next(path for path in CATALOGUES if path.name == "jupyterlab.po")
OURS_OF_NOTEBOOK = OURS.with_name("notebook.po")
LAB = Path(jupyterlab.__file__).parent
NOTEBOOK = Path(notebook.__file__).parent
SHARED = Path(sys.prefix, "share/jupyter")
EVERY_CATALOGUE = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)

Text = tuple[str, str, str]  # context, text, plural text

# A call in the built JavaScript that translates a text, with one or two quoted arguments.
_STRING = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\$]|\\.)*`)"""
_COMMA = r"\s*,\s*"
_CALLS = {
    rf"\b(?:__|gettext)\(\s*{_STRING}": ("text",),
    rf"\b(?:_n|ngettext)\(\s*{_STRING}{_COMMA}{_STRING}": ("text", "plural"),
    rf"\b(?:_p|pgettext)\(\s*{_STRING}{_COMMA}{_STRING}": ("context", "text"),
}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "\n": ""}

PLACEHOLDER = re.compile(r"%[0-9n%]")
STAND_IN = "\N{OBJECT REPLACEMENT CHARACTER}"  # for a name or a number
MISTAKES = SPELLING_MISTAKES | {
    "ezafe after ه that is not ٔ": r"ه[ \u200c]ی($|[^آ-ی])|ۀ",
}


def unescaped(literal: str) -> str:
    def letter(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _LETTERS.get(match[3], match[3])

    return _ESCAPE.sub(letter, literal[1:-1])


def texts_of_script(script: str) -> Iterator[Text]:
    for call, names in _CALLS.items():
        for match in re.finditer(call, script):
            found = dict(zip(names, map(unescaped, match.groups()), strict=True))
            yield found.get("context", ""), found["text"], found.get("plural", "")


class Recorder:
    """Translations that remember what JupyterLab asks for."""

    def __init__(self) -> None:
        self.texts: set[Text] = set()

    def pgettext(self, context: str, text: str) -> str:
        self.texts.add((context, text, ""))
        return text


@pytest.fixture(scope="module")
def texts_of_lab() -> set[Text]:
    recorder = Recorder()
    # Notebook's menus name no domain, so the server takes their texts from JupyterLab's.
    of_notebook = SHARED.glob("lab/schemas/@jupyter-notebook/**/*.json")
    for schema in (*LAB.glob("schemas/**/*.json"), *of_notebook):
        translation_utils.translator._translate_schema_strings(
            recorder, json.loads(schema.read_text(encoding="utf-8"))
        )
    for script in LAB.glob("static/*.js"):
        recorder.texts.update(texts_of_script(script.read_text(encoding="utf-8")))
    return recorder.texts


@pytest.fixture(scope="module")
def texts_of_notebook() -> set[Text]:
    """What the scripts of Notebook's own domain translate, and those that it adds to JupyterLab."""
    added = SHARED.glob("labextensions/@jupyter-notebook/lab-extension/static/*.js")
    scripts = [path.read_text(encoding="utf-8") for path in (*NOTEBOOK.glob("static/*.js"), *added)]
    return {text for s in scripts if '.load("notebook")' in s for text in texts_of_script(s)}


def forms_of(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def translations(path: Path) -> Iterator[tuple[polib.POEntry, str]]:
    for entry in polib.pofile(str(path)):
        for text in forms_of(entry):
            yield entry, text


def keys_of(entries: polib.POFile | polib.MOFile) -> dict[str, list[str]]:
    return {(f"{e.msgctxt}\x04" if e.msgctxt else "") + e.msgid: forms_of(e) for e in entries}


def test_every_source_text_exists_in_jupyterlab(texts_of_lab: set[Text]) -> None:
    ours = {(e.msgctxt or "", e.msgid, e.msgid_plural) for e in polib.pofile(str(OURS))}
    assert ours - texts_of_lab == set()


def test_notebook_has_exactly_the_translated_texts(texts_of_notebook: set[Text]) -> None:
    entries = polib.pofile(str(OURS_OF_NOTEBOOK), check_for_duplicates=True)
    assert {(e.msgctxt or "", e.msgid, e.msgid_plural) for e in entries} == texts_of_notebook


def test_escapes_in_scripts_are_read_as_letters() -> None:
    script = r"""a.__("Open\u2026"),a.__('Say "\x41"\n'),a._n(`one`,"%1 two",n),a._p("c",'d\'')"""
    assert set(texts_of_script(script)) == {
        ("", "Open…", ""),
        ("", 'Say "A"\n', ""),
        ("", "one", "%1 two"),
        ("c", "d'", ""),
    }


@EVERY_CATALOGUE
def test_browser_texts_equal_their_source(path: Path) -> None:
    source = polib.pofile(str(path))
    texts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert texts.pop("") == {
        "domain": path.stem,
        "language": "fa-IR",
        "plural_forms": "nplurals=2; plural=(n > 1);",
    }
    assert texts == keys_of(source), "run scripts/language-pack"


@EVERY_CATALOGUE
def test_server_texts_equal_their_source(path: Path) -> None:
    compiled = polib.mofile(str(path.with_suffix(".mo")))
    source = polib.pofile(str(path))
    assert compiled.metadata == source.metadata, "run scripts/language-pack"
    assert keys_of(compiled) == keys_of(source), "run scripts/language-pack"


def test_catalogue_has_at_least_400_texts() -> None:
    assert len(polib.pofile(str(OURS), check_for_duplicates=True)) >= 400


@EVERY_CATALOGUE
def test_no_translation_is_empty_or_fuzzy(path: Path) -> None:
    entries = polib.pofile(str(path))
    assert [entry.msgid for entry, text in translations(path) if not text.strip()] == []
    assert [entry.msgid for entry in entries if entry.fuzzy or entry.obsolete] == []


@EVERY_CATALOGUE
def test_placeholders_equal_those_of_the_source(path: Path) -> None:
    wrong = []
    for entry in polib.pofile(str(path)):
        sources = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
        for source, text in zip(sources, forms_of(entry), strict=True):
            if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(text)):
                wrong.append((source, text))
    assert wrong == []


@EVERY_CATALOGUE
def test_edges_of_texts_equal_the_source(path: Path) -> None:
    def edges(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]

    assert [e.msgid for e, text in translations(path) if edges(e.msgid) != edges(text)] == []


@EVERY_CATALOGUE
def test_ellipses_stay_at_the_end(path: Path) -> None:
    def is_open(text: str) -> bool:
        return text.endswith(("…", "..."))

    assert [e.msgid for e, text in translations(path) if is_open(e.msgid) != is_open(text)] == []


@EVERY_CATALOGUE
def test_questions_stay_questions(path: Path) -> None:
    assert [
        entry.msgid
        for entry, text in translations(path)
        if entry.msgid.endswith("?") and not text.endswith("؟")
    ] == []


@EVERY_CATALOGUE
@pytest.mark.parametrize("mistake", MISTAKES)
def test_pack_has_no_spelling_mistake(path: Path, mistake: str) -> None:
    pattern = re.compile(MISTAKES[mistake])
    found = [
        text for _, text in translations(path) if pattern.search(PLACEHOLDER.sub(STAND_IN, text))
    ]
    assert found == []


@pytest.fixture
def offered_pack(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of our pack, found as if it were installed."""
    project = tomllib.loads((PACK / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    group = translation_utils.JUPYTERLAB_LANGUAGEPACK_ENTRY
    ((name, module),) = project["entry-points"][group].items()
    points = {group: [EntryPoint(name, module, group)]}
    monkeypatch.setattr(translation_utils, "entry_points", lambda group: points.get(group, []))
    monkeypatch.syspath_prepend(str(PACK))
    monkeypatch.delitem(sys.modules, module, raising=False)
    return name


def test_jupyterlab_lists_persian_among_its_languages(offered_pack: str) -> None:
    languages, problems = translation_utils.get_language_packs()
    assert (offered_pack, problems) == ("fa_IR", "")
    assert languages["fa_IR"]["nativeName"] == "فارسی (ایران)"


def test_jupyterlab_serves_every_domain_to_browsers(offered_pack: str) -> None:
    domains, problems = translation_utils.get_language_pack(offered_pack)
    assert problems == ""
    assert set(domains) == {path.stem for path in CATALOGUES}


def test_jupyterlab_translates_menus_of_its_settings(offered_pack: str) -> None:
    bundle = translation_utils.TranslationBundle("jupyterlab", offered_pack)
    assert bundle.pgettext("menu", "File") == "فایل"
