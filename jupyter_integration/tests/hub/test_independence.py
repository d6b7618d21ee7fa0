"""Independence of the package from Django and Celery."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "package", ["jupyter_integration.hub.client", "jupyter_integration.testing"]
)
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
