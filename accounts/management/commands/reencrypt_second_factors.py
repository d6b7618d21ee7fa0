"""Command `reencrypt_second_factors`: the last step of a rotation of SECRET_KEY."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.reencrypt_second_factors import reencrypt_second_factors


class Command(BaseCommand):
    help = (
        "Encrypt the secrets of authenticator apps and recovery codes with the present SECRET_KEY. "
        "Run it while SECRET_KEY_FALLBACKS still has the former key."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done, unreadable = reencrypt_second_factors()
        self.stdout.write(f"{done} are encrypted with SECRET_KEY.")
        if unreadable:
            raise CommandError(
                f"{unreadable} have another key: put it into SECRET_KEY_FALLBACKS and run this "
                "again, or remove these factors."
            )
