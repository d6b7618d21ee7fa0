"""Command `wait_for_database`: a part starts once the database answers and has its tables."""

import signal
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

INTERVAL = 1.0  # seconds


class Command(BaseCommand):
    help = (
        "Wait until the database answers; with --migrated, until it has every migration of this "
        "version. One process that waits costs less than one for each check."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--migrated", action="store_true", help="wait for the tables as well")

    def handle(self, *args: Any, **options: Any) -> None:
        # A container's first process ignores SIGTERM unless it handles it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        while reason := self._missing(migrated=options["migrated"]):
            self.stderr.write(reason)
            time.sleep(INTERVAL)

    def _missing(self, *, migrated: bool) -> str:
        """Return what is waited for, "" if nothing is missing."""
        try:
            connection.ensure_connection()
            if not migrated:
                return ""
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            return f"{len(plan)} migrations are missing." if plan else ""
        except OperationalError as error:
            return f"The database does not answer: {error}"
        finally:
            connection.close()
