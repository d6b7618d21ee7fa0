"""Addresses of one file in JupyterLab and in Notebook 7."""

from urllib.parse import quote

import pytest

from jupyter_integration.lab_interfaces import Interface, in_interface
from jupyter_integration.lab_paths import own_lab_path

PERSIAN = quote("درس‌ها/درس یک.ipynb")


@pytest.mark.parametrize(
    ("in_lab", "in_notebook"),
    [
        ("lab", "tree"),
        ("lab/tree/a.ipynb", "notebooks/a.ipynb"),
        ("lab/tree/درس یک.ipynb", "notebooks/درس یک.ipynb"),
        (f"lab/tree/{PERSIAN}", f"notebooks/{PERSIAN}"),
        ("lab/tree/50%25.ipynb", "notebooks/50%25.ipynb"),
        ("lab/tree/a%3Fb%23c.ipynb", "notebooks/a%3Fb%23c.ipynb"),
        ("lab/tree/a.ipynb?factory=Notebook#part-2", "notebooks/a.ipynb?factory=Notebook#part-2"),
        ("lab/tree/data", "tree/data"),
        ("lab/tree/v1.2", "tree/v1.2"),
        ("lab/tree/photo.png", "tree/photo.png"),
        ("lab/tree/src/a.PY", "edit/src/a.PY"),
        ("lab/tree/a.md", "edit/a.md"),
    ],
)
def test_file_has_an_address_in_both(in_lab: str, in_notebook: str) -> None:
    lab, notebook = f"/user/sara/{in_lab}", f"/user/sara/{in_notebook}"

    assert in_interface("sara", lab, Interface.NOTEBOOK) == notebook
    assert in_interface("sara", notebook, Interface.LAB) == lab
    assert in_interface("sara", lab, Interface.LAB) == lab
    assert in_interface("sara", notebook, Interface.NOTEBOOK) == notebook
    assert own_lab_path("sara", notebook) == notebook


@pytest.mark.parametrize(
    "in_lab",
    [
        "doc/tree/a.ipynb",
        "lab/workspaces/auto-x/tree/a.ipynb",
        "lab/tree/a.ipynb/",
    ],
)
def test_other_lab_pages_lead_to_their_file(in_lab: str) -> None:
    address = in_interface("sara", f"/user/sara/{in_lab}", Interface.NOTEBOOK)

    assert address == "/user/sara/notebooks/a.ipynb"


@pytest.mark.parametrize("path", ["", "/user/sara/", "/user/sara/lab/", "/user/sara/lab/tree/"])
def test_first_page_of_notebook_is_its_tree(path: str) -> None:
    assert in_interface("sara", path, Interface.NOTEBOOK) == "/user/sara/tree"


@pytest.mark.parametrize("path", ["", "/user/sara/", "/user/sara/tree/"])
def test_first_page_of_the_lab_is_lab(path: str) -> None:
    assert in_interface("sara", path, Interface.LAB) == "/user/sara/lab"


@pytest.mark.parametrize("interface", Interface)
@pytest.mark.parametrize(
    "place",
    [
        "git-pull?repo=https%3A%2F%2Fexample.ir%2Fa&urlpath=lab%2Ftree%2Fa%2Fb.ipynb",
        "terminals/1",
        "files/a.csv",
        "proxy/8050/",
        "laboratory",
        "lab/extensions",
        "treehouse/a.ipynb",
    ],
)
def test_addresses_of_neither_stay_as_they_are(place: str, interface: Interface) -> None:
    assert in_interface("sara", f"/user/sara/{place}", interface) == f"/user/sara/{place}"
