"""The package stands alone: it could be lifted out of the portal."""

from __future__ import annotations

import subprocess
import sys

import pytest

import jupyter_integration.hub as hub


@pytest.mark.parametrize("package", ["jupyter_integration.hub", "jupyter_integration.testing"])
def test_neither_django_nor_celery_is_loaded(package: str) -> None:
    program = (
        f"import sys, {package}; "
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'django', 'celery', 'kombu', 'rest_framework', 'allauth', 'portal', 'accounts'}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )

    assert done.stdout.strip() == "[]"


def test_the_package_exports_what_it_names_and_names_every_error() -> None:
    assert [name for name in hub.__all__ if not hasattr(hub, name)] == []
    assert list(hub.__all__) == sorted(hub.__all__)
    errors = {name for name in vars(hub.errors) if name.startswith("Hub")}
    assert errors <= set(hub.__all__)
