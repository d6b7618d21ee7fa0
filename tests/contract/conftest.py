"""Hubs of the contract tests; the real one is started once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyter_integration.testing import FakeHub
from tests.contract.real_hub import RealHub
from tests.contract.subjects import FakeSubject, RealSubject, Subject


@pytest.fixture(scope="session")
def real_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHub]:
    hub = RealHub(tmp_path_factory.mktemp("real-hub"))
    try:
        hub.start()
        yield hub
    finally:
        hub.end()
    assert list(hub.left_over()) == []


@pytest.fixture(scope="session")
def real_subject(real_hub: RealHub) -> Iterator[RealSubject]:
    subject = RealSubject(real_hub)
    yield subject
    subject.close()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real_hub)])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """Each of the two Hubs, without any server."""
    if request.param == "fake":
        with FakeHub() as hub:
            yield FakeSubject(hub)
    else:
        real: RealSubject = request.getfixturevalue("real_subject")
        yield real
        real.clean()
