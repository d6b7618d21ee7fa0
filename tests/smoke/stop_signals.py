"""Signals that end a run: fixtures clean up after SIGTERM as after Ctrl-C, undisturbed."""

from __future__ import annotations

import signal

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def handle_stop_signals() -> None:
    """Interrupt the run at the first signal, and ignore later ones."""

    def interrupt(*_: object) -> None:
        ignore_stop_signals()
        raise KeyboardInterrupt

    for number in STOP_SIGNALS:
        signal.signal(number, interrupt)


def ignore_stop_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
