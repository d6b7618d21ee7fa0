"""Static files are collected when they changed, and only then."""

import os
import re
import time
from pathlib import Path

import pytest
from django.templatetags.static import static

from portal.static_files import collect_static_files


@pytest.fixture
def sources(settings, tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "page.css").write_text("a {}")
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    return folder


def test_first_start_collects_and_the_next_has_nothing_to_do(sources: Path, settings) -> None:
    assert collect_static_files() is True
    assert (settings.STATIC_ROOT / "page.css").read_text() == "a {}"
    assert collect_static_files() is False


def test_changed_file_is_collected_again(sources: Path, settings) -> None:
    collect_static_files()
    changed = sources / "page.css"
    changed.write_text("a { color: red }")
    later = time.time() + 5  # collectstatic itself compares times by the second
    os.utime(changed, (later, later))
    assert collect_static_files() is True
    assert (settings.STATIC_ROOT / "page.css").read_text() == "a { color: red }"


def test_file_that_goes_makes_a_difference_too(sources: Path) -> None:
    (sources / "old.css").write_text("b {}")
    collect_static_files()
    (sources / "old.css").unlink()
    assert collect_static_files() is True


def test_a_page_names_a_file_by_its_content_again_and_again(sources: Path, settings) -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "portal.static_storage.HashedStaticFilesStorage"}
    }
    collect_static_files()

    first, again = static("page.css"), static("page.css")

    assert re.fullmatch(r"/static/page\.[0-9a-f]{12}\.css", first)
    assert again == first
