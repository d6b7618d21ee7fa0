"""Calls in many threads at the same moment, as of double clicks and many workers."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def at_once(function: Callable[[Argument], Result], arguments: Iterable[Argument]) -> list[Result]:
    """Call `function` with each argument, in threads that begin together.

    Return the results in the order of the arguments; raise the first exception.
    """
    calls = list(arguments)
    together = threading.Barrier(len(calls))

    def call(argument: Argument) -> Result:
        together.wait(timeout=10)
        try:
            return function(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return list(pool.map(call, calls))
