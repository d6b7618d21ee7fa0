"""Command `prepare`: database, cache table, OpenID client, support group, administrator."""

import json

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.services.ensure_administrator import ensure_administrator
from accounts.services.ensure_support_group import ensure_support_group
from accounts.services.register_hub_client import register_hub_client


class Command(BaseCommand):
    help = (
        "Migrate, create the cache table, register the Hub as OpenID client, create the support "
        "group and the first administrator. Safe to run again. The last line is JSON: the "
        "administrator's name and first password if one was created, otherwise {}."
    )

    def handle(self, *args: object, **options: object) -> None:
        if not settings.REDIS_URL:
            for folder in ("messages", "control"):
                (settings.VAR_DIR / "broker" / folder).mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        register_hub_client()
        ensure_support_group()
        administrator = ensure_administrator()
        self.stdout.write(json.dumps(administrator._asdict() if administrator else {}))
