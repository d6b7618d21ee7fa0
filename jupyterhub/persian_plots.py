"""Font of plots: makes Vazirmatn the default of the matplotlib beside this Python.

    python jupyterhub/persian_plots.py

It changes matplotlib's own files of defaults, which rank below all that a person sets, and which
`rcdefaults()` and the style "default" return to. MATPLOTLIBRC would hide a person's own file.
"""

from __future__ import annotations

import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

FONTS = Path(__file__).resolve().parent / "fonts"
# DejaVu Sans, matplotlib's own, has the signs that Vazirmatn lacks.
FAMILY = "#font.family: Vazirmatn, DejaVu Sans"
_FAMILY_LINE = re.compile(r"^#font\.family:.*$", re.MULTILINE)


def main() -> None:
    matplotlib = find_spec("matplotlib")
    if matplotlib is None or matplotlib.origin is None:
        sys.exit("persian_plots: matplotlib is not installed.")
    data = Path(matplotlib.origin).with_name("mpl-data")
    for font in FONTS.glob("*.ttf"):
        shutil.copyfile(font, data / "fonts" / "ttf" / font.name)
    set_family(data / "matplotlibrc")


def set_family(file: Path) -> None:
    # Its lines begin with "#", and matplotlib reads them without it.
    text, found = _FAMILY_LINE.subn(FAMILY, file.read_text(encoding="utf-8"))
    if found != 1:
        sys.exit(f"persian_plots: {file} has {found} lines of font.family; expected one.")
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
