"""Visible words of a page or a mail, without names, code and hidden content."""

import re

from bs4 import BeautifulSoup, Comment, NavigableString, Tag

# Names that have no Persian form.
LATIN_NAMES = {"JupyterHub", "JupyterLab", "Notebook", "API", "IP"}

HIDDEN_TAGS = ("script", "style", "svg", "code", "pre", "template", "noscript", "textarea")
READ_ATTRIBUTES = ("title", "alt", "placeholder", "aria-label", "aria-valuetext", "data-label-hide")
ISOLATED = re.compile("[\u2066\u2068][^\u2069]*\u2069")
ADDRESS = re.compile(r"https?://\S+")


def is_foreign(tag: Tag) -> bool:
    """Return whether the text is hidden, marked as left-to-right, or in another language."""
    return (
        tag.name in HIDDEN_TAGS
        or (tag.name == "bdi" and tag.get("dir") == "ltr")
        or tag.get("lang", "fa") != "fa"
    )


def words_of_page(html: str) -> str:
    page = BeautifulSoup(html, "html.parser")
    root = page.html
    assert root is not None, "not a page"
    words: list[str] = []

    def read(tag: Tag) -> None:
        words.extend(str(tag[name]) for name in READ_ATTRIBUTES if tag.has_attr(name))
        if tag.name == "input" and tag.get("type") == "submit":
            words.append(str(tag.get("value", "")))
        for child in tag.children:
            if isinstance(child, Tag):
                if not is_foreign(child):
                    read(child)
            elif isinstance(child, NavigableString) and not isinstance(child, Comment):
                words.append(str(child))

    read(root)
    return " ".join(words)


def words_of_mail(text: str) -> str:
    return ADDRESS.sub(" ", ISOLATED.sub(" ", text))


def latin_words(words: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{2,}", words)) - LATIN_NAMES
