"""A page or a mail as its reader sees it: the words, without names, code and what is not shown."""

import re

from bs4 import BeautifulSoup, Comment, NavigableString, Tag

# Names that have no Persian form.
LATIN_THAT_STAYS = {"JupyterHub", "JupyterLab"}

NOT_READ = ("script", "style", "svg", "code", "pre", "template", "noscript", "textarea")
ATTRIBUTES_READ = ("title", "alt", "placeholder", "aria-label", "aria-valuetext", "data-label-hide")
ISOLATED = re.compile("[\u2066\u2068][^\u2069]*\u2069")
ADDRESS = re.compile(r"https?://\S+")


def is_left_alone(tag: Tag) -> bool:
    """Whether the page marks the text as running from left to right, or as another language."""
    return (
        tag.name in NOT_READ
        or (tag.name == "bdi" and tag.get("dir") == "ltr")
        or tag.get("lang", "fa") != "fa"
    )


def words_of_page(html: str) -> str:
    page = BeautifulSoup(html, "html.parser")
    root = page.html
    assert root is not None, "not a page"
    said: list[str] = []

    def read(tag: Tag) -> None:
        said.extend(str(tag[name]) for name in ATTRIBUTES_READ if tag.has_attr(name))
        if tag.name in ("input", "button") and tag.get("type") == "submit":
            said.append(str(tag.get("value", "")))
        for child in tag.children:
            if isinstance(child, Tag):
                if not is_left_alone(child):
                    read(child)
            elif isinstance(child, NavigableString) and not isinstance(child, Comment):
                said.append(str(child))

    read(root)
    return " ".join(said)


def words_of_mail(text: str) -> str:
    return ADDRESS.sub(" ", ISOLATED.sub(" ", text))


def latin_words(words: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{2,}", words)) - LATIN_THAT_STAYS
