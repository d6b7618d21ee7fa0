"""Tree of Hub errors."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from jupyter_integration.hub import errors
from jupyter_integration.hub.errors import HubError

ALL = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, HubError)
]


def test_docstring_shows_the_tree_of_errors() -> None:
    drawn: dict[str, str | None] = {}
    branch: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([│├└─ ]*)(Hub\w+)(\s|$)", line)
        if found:
            depth = (len(found[1]) + 2) // 3
            branch[depth:] = [found[2]]
            drawn[found[2]] = branch[depth - 1] if depth else None

    real = {kind.__name__: kind.__base__.__name__ for kind in ALL if kind.__base__}
    assert drawn == {**real, "HubError": None}


@pytest.mark.parametrize("kind", ALL)
def test_an_error_survives_copies_and_pickles(kind) -> None:
    error = kind(
        "GET /users/sara: 429",
        method="GET",
        path="/users/sara",
        status=429,
        retry_after=30.0,
        request_id="abc",
        hub_message="Too many",
    )

    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is kind
        assert str(again) == str(error)
        assert vars(again) == vars(error)
