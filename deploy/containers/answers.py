"""Health check of containers: an address answers, and reports a component as "ok".

    python answers.py http://127.0.0.1:8080/health
    python answers.py http://portal:8080/health/ready worker

The exit status is 0 for a 2xx response in which the named component, if any, is "ok", otherwise 1.
It runs in every image, every few seconds, and needs only Python's own library.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from datetime import timedelta

HEALTH_CHECK_TIMEOUT = timedelta(seconds=5)

# Requests between containers use no proxy, even if the environment names one.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def find_problem(url: str, component: str | None = None) -> str | None:
    """Return what is wrong, in one line, or None."""
    try:
        with _opener.open(url, timeout=HEALTH_CHECK_TIMEOUT.total_seconds()) as response:
            body = response.read()
    except urllib.error.HTTPError as error:
        return f"{url} returns {error.code}"
    except (OSError, ValueError) as error:
        return f"{url} does not answer: {error}"
    if component is None:
        return None
    try:
        status = json.loads(body)["components"][component]["status"]
    except (ValueError, KeyError, TypeError):
        return f"{url} does not report {component}"
    return None if status == "ok" else f"{component} is {status}"


def main(arguments: list[str]) -> None:
    if len(arguments) not in (1, 2):
        sys.exit("usage: answers.py URL [COMPONENT]")
    sys.exit(find_problem(*arguments))  # a text is printed and means status 1, None status 0


if __name__ == "__main__":
    main(sys.argv[1:])
