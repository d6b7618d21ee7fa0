"""Command `homes_of_nobody`: homes that deleted accounts have left."""

import shutil
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jupyter_integration.services.find_ownerless_homes import (
    find_ownerless,
    find_ownerless_claims,
    hub_username_of,
    volume_of,
)


class Command(BaseCommand):
    help = (
        "List the homes of deleted accounts; with --remove or --remove-all, remove them. In "
        "containers and pods scripts/homes calls this: the portal has no access to volumes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", metavar="NAME", help="the home of this Hub name")
        parser.add_argument("--remove-all", action="store_true", help="every home of nobody")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--volumes",
            action="store_true",
            help="read names of volumes from standard input and print those of nobody",
        )

        parser.add_argument(
            "--claims",
            action="store_true",
            help="the same with names of claims of Kubernetes",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["volumes"]:
            names = [hub_username_of(line.strip()) for line in sys.stdin]
            for name in find_ownerless(names):
                self.stdout.write(volume_of(name))
            return
        if options["claims"]:
            for claim in find_ownerless_claims(line.strip() for line in sys.stdin):
                self.stdout.write(claim)
            return
        if not settings.TRIAL:
            raise CommandError("Homes are volumes here. On the host, run: scripts/homes")
        homes = {
            name: settings.VAR_DIR / "homes" / name
            for name in find_ownerless(_folders(settings.VAR_DIR / "homes"))
        }
        chosen = homes
        if options["remove"]:
            if options["remove"] not in homes:
                raise CommandError(f"{options['remove']!r} is not the home of a deleted account.")
            chosen = {options["remove"]: homes[options["remove"]]}
        elif not options["remove_all"]:
            for name, folder in homes.items():
                self.stdout.write(f"{name}\t{folder}")
            return
        self._remove(chosen, ask=not options["yes"])

    def _remove(self, homes: dict[str, Path], *, ask: bool) -> None:
        names = ", ".join(homes) or "none"
        if ask and input(f"Remove these homes for ever: {names}? Type yes: ") != "yes":
            raise CommandError("Nothing was removed.")
        for name, folder in homes.items():
            shutil.rmtree(folder)
            self.stdout.write(f"{name} is removed")


def _folders(homes: Path) -> list[str]:
    if not homes.is_dir():
        return []
    # A link would lead the removal out of the folder; the Hub makes none.
    return [path.name for path in homes.iterdir() if path.is_dir() and not path.is_symlink()]
