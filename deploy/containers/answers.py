"""Health check inside a container: does an address answer, and does it speak well of a part?

    python answers.py http://127.0.0.1:8080/health
    python answers.py http://portal:8080/health/ready worker

Ends with 0 for a 2xx answer in which the named component, if any, is "ok", else with 1.
Python's own library only: it runs in every image, every few seconds.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request

PATIENCE_SECONDS = 5

# Between containers there is no proxy, whatever the environment says.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def complaint(url: str, component: str | None = None) -> str | None:
    """What is wrong, in one line; None when all is well."""
    try:
        with _opener.open(url, timeout=PATIENCE_SECONDS) as response:
            body = response.read()
    except urllib.error.HTTPError as error:
        return f"{url} answers {error.code}"
    except (OSError, ValueError) as error:
        return f"{url} does not answer: {error}"
    if component is None:
        return None
    try:
        status = json.loads(body)["components"][component]["status"]
    except (ValueError, KeyError, TypeError):
        return f"{url} tells nothing of {component}"
    return None if status == "ok" else f"{component} is {status}"


def main(arguments: list[str]) -> None:
    if len(arguments) not in (1, 2):
        sys.exit("usage: answers.py URL [COMPONENT]")
    sys.exit(complaint(*arguments))  # a text becomes one line and status 1, None status 0


if __name__ == "__main__":
    main(sys.argv[1:])
