"""Prebuilt extension of JupyterLab: what JupyterLab reads of it exists, and the portal's font."""

import re
from pathlib import Path

from jupyterlab_server.config import get_page_config

ROOT = Path(__file__).resolve().parents[1]
EXTENSIONS = ROOT / "jupyterhub/lab/labextensions"
FOLDER = EXTENSIONS / "@shaparak/persian"
FONT = "vazirmatn/vazirmatn-persian-wght.woff2"


def test_jupyterlab_finds_the_extension() -> None:
    config = get_page_config([str(EXTENSIONS)])

    (found,) = config["federated_extensions"]
    assert found["name"] == "@shaparak/persian"
    assert found["extension"] == "./extension"
    assert (FOLDER / found["load"]).is_file()


def test_named_files_exist() -> None:
    script = (FOLDER / "static/remoteEntry.js").read_text(encoding="utf-8")
    style = (FOLDER / "static/persian.css").read_text(encoding="utf-8")
    modules = re.search(r"const modules = \[(.*?)\]", script)
    named = {f"{name}.js" for name in re.findall(r'"(\w+)"', modules[1] if modules else "")}
    named |= set(re.findall(r'url\("([^"]+)"\)', style)) | set(re.findall(r"\w+\.css", script))

    assert {FONT, "persian.css", "editor_directions.js"} <= named
    assert {name for name in named if not (FOLDER / "static" / name).is_file()} == set()


def test_font_is_the_portals() -> None:
    """A copy: JupyterLab has another web address, and serves files of its extensions only."""
    font = FOLDER / "static/vazirmatn"
    portals = ROOT / "static/vendor/vazirmatn"

    names = {path.name for path in font.iterdir()}
    assert {"vazirmatn-persian-wght.woff2", "vazirmatn-rest-wght.woff2", "OFL.txt"} <= names
    assert {(font / name).read_bytes() == (portals / name).read_bytes() for name in names} == {True}
