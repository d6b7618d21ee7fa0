#!/usr/bin/env python
"""Django's command line; `test` runs pytest (portal/test_runner.py)."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    settings = "portal.settings_test" if sys.argv[1:2] == ["test"] else "portal.settings"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
