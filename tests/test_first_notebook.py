"""First notebook: it runs from top to end in a real kernel, and is written by our rules."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.persian_spelling import FORMER_WORDS, SPELLING_MISTAKES, WORDING_MISTAKES
from tests.test_env_example import ROOT

FOLDER = ROOT / "jupyterhub/first_notebook"
KERNEL_TIMEOUT = 120  # seconds, on a busy machine
EVERY_NOTEBOOK = pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem
)
NOT_PROSE = re.compile(r"`[^`]*`|^\d+\. ", re.MULTILINE)


@EVERY_NOTEBOOK
def test_notebook_is_stored_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]

    assert len(code) == 4
    assert [cell.outputs for cell in code] == [[]] * 4
    assert [cell.execution_count for cell in code] == [None] * 4


@EVERY_NOTEBOOK
def test_notebook_runs_from_top_to_end(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(variable, str(tmp_path))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=KERNEL_TIMEOUT,
        startup_timeout=KERNEL_TIMEOUT,
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if output.get("name") == "stderr"] == []
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert {"text/html", "image/png"} <= kinds
    text = "".join(output.get("text", "") for output in outputs)
    assert re.search(r"۱[۴-۵]\d\d\n" if path.stem == "fa" else r"1[45]\d\d\n", text)


def test_persian_text_has_no_mistake() -> None:
    notebook = nbformat.read(FOLDER / "fa.ipynb", as_version=4)
    prose = [NOT_PROSE.sub("…", c.source) for c in notebook.cells if c.cell_type == "markdown"]
    mistakes = SPELLING_MISTAKES | FORMER_WORDS | WORDING_MISTAKES

    found = {
        (name, match[0])
        for name, pattern in mistakes.items()
        for text in prose
        for match in re.finditer(pattern, text)
    }
    assert found == set()
