"""Steps of a server's start in the trial mode, and the log lines that report them."""

from __future__ import annotations

from enum import Enum

LINE_PREFIX = "[start]"


class Step(Enum):
    """A step, and the percentage of a usual start at which it is done.

    The portal translates the messages (jupyter_integration/status/progress_messages.py).
    """

    HOME_READY = (10, "Home folder is ready")
    PROCESS_STARTED = (20, "Server process has started")
    SERVER_LOADED = (45, "Jupyter Server is loaded")
    LAB_LOADED = (65, "JupyterLab is loaded")
    EXTENSIONS_LOADING = (80, "JupyterLab is loading its extensions")
    PORT_OPEN = (95, "JupyterLab is about to answer")

    def __init__(self, percent: int, message: str) -> None:
        self.percent = percent
        self.message = message

    @property
    def log_line(self) -> str:
        """The line that the server's process writes to its log."""
        return f"{LINE_PREFIX} {self.message}"


# Only the server's process knows these steps. In their order.
LOGGED_STEPS = (Step.SERVER_LOADED, Step.LAB_LOADED, Step.EXTENSIONS_LOADING)
