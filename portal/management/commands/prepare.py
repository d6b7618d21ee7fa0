"""Make database, cache table, static files, OIDC client and first administrator ready."""

import json

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.services.ensure_administrator import ensure_administrator
from accounts.services.register_hub_client import register_hub_client
from portal.static_files import collect_static_files


class Command(BaseCommand):
    help = (
        "Migrate, make the cache table, collect static files, register the Hub as OIDC client "
        "and make the first administrator. Safe to run again. The last line is JSON: the "
        "administrator's name and first password if one was made, {} else."
    )

    def handle(self, *args: object, **options: object) -> None:
        if not settings.REDIS_URL:
            for folder in ("messages", "control"):
                (settings.VAR_DIR / "broker" / folder).mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        collect_static_files()
        register_hub_client()
        made = ensure_administrator()
        answer = {"username": made.username, "password": made.password} if made else {}
        self.stdout.write(json.dumps(answer))
