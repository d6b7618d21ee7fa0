"""What happens on the way to an open Lab in the trial mode, and how a user's server tells it."""

from __future__ import annotations

from enum import Enum

MARK = "[start]"


class Step(Enum):
    """What has happened, and how much of an ordinary start that is. The portal translates them."""

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
    def line(self) -> str:
        """How the server's process says it, in its log."""
        return f"{MARK} {self.message}"


# The steps that only the server's process itself knows of, in their order.
STEPS_IN_LOG = (Step.SERVER_LOADED, Step.LAB_LOADED, Step.EXTENSIONS_LOADING)
