"""Doing something in many threads at the same moment, as double clicks and many workers do."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def at_once(function: Callable[[Argument], Result], arguments: Iterable[Argument]) -> list[Result]:
    """Call `function` with each argument, all in threads that set off together.

    Returns the results in the order of the arguments, and raises what the first of them raised.
    """
    waiting = list(arguments)
    start = threading.Barrier(len(waiting))

    def call(argument: Argument) -> Result:
        start.wait(timeout=10)
        try:
            return function(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(waiting)) as pool:
        return list(pool.map(call, waiting))
