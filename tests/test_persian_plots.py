"""Persian plots: matplotlib draws them in Vazirmatn, with every glyph."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib as installed
import pytest

from tests.test_env_example import ROOT

PLOT = """
import json, warnings
import matplotlib.pyplot as plt
from matplotlib.font_manager import FontProperties, findfont

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    figure, axes = plt.subplots()
    axes.set_title("میانگین نمره‌ها، پژوهش ۱۴۰۴ (٪)", fontweight="bold")
    axes.set_xlabel("سال تحصیلی")
    axes.plot([-1, 0, 1], label="ژرفای چاه ≥ ۵")
    axes.legend()
    figure.canvas.draw()
print(json.dumps({
    "regular": findfont(FontProperties()),
    "bold": findfont(FontProperties(weight="bold")),
    "warnings": [str(one.message) for one in caught],
}))
"""


@pytest.fixture
def matplotlib(tmp_path: Path) -> dict[str, str]:
    """Environment of a Python whose matplotlib is the installed one, with its own data folder."""
    source = Path(installed.__file__).parent
    package = tmp_path / "packages" / "matplotlib"
    fonts = package / "mpl-data" / "fonts" / "ttf"
    fonts.mkdir(parents=True)
    for folder, copy in (
        (source, package),
        (source / "mpl-data", package / "mpl-data"),
        (source / "mpl-data" / "fonts", fonts.parent),
        (source / "mpl-data" / "fonts" / "ttf", fonts),
    ):
        for entry in folder.iterdir():
            if not (copy / entry.name).exists() and not entry.name.startswith("Vazirmatn"):
                (copy / entry.name).symlink_to(entry)
    settings = package / "mpl-data" / "matplotlibrc"
    text = settings.read_text(encoding="utf-8")
    settings.unlink()
    settings.write_text(text.replace("Vazirmatn, ", ""), encoding="utf-8")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "MPLBACKEND": "agg",
        "PYTHONPATH": str(package.parent),
    }


def run(environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, *arguments], env=environment, check=True, capture_output=True, text=True
    ).stdout


def drawn(environment: dict[str, str]) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run(environment, "-c", PLOT))
    return report


def test_persian_plot_is_drawn_in_vazirmatn(matplotlib: dict[str, str]) -> None:
    run(matplotlib, str(ROOT / "jupyterhub/persian_plots.py"))
    run(matplotlib, str(ROOT / "jupyterhub/persian_plots.py"))  # as after an upgrade

    report = drawn(matplotlib)

    assert Path(report["regular"]).name == "Vazirmatn-Regular.ttf"
    assert Path(report["bold"]).name == "Vazirmatn-Bold.ttf"
    assert report["warnings"] == []


def test_own_settings_of_a_person_come_first(matplotlib: dict[str, str]) -> None:
    run(matplotlib, str(ROOT / "jupyterhub/persian_plots.py"))
    own = Path(matplotlib["HOME"], ".config/matplotlib/matplotlibrc")
    own.parent.mkdir(parents=True)
    own.write_text("font.family: DejaVu Serif\n")

    assert Path(drawn(matplotlib)["regular"]).name == "DejaVuSerif.ttf"
