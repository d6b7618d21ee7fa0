"""Command that links accounts to users that the Hub had before the portal."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services.adopt_hub_username import AdoptionRefusedError
from accounts.usernames import fold_username
from jupyter_integration import conf
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError
from jupyter_integration.services.adopt_hub_user import adopt_hub_user


class Command(BaseCommand):
    help = (
        "Link accounts to users that the Hub already has: `adopt_hub_users sara=s-rezaei-1`. "
        "Without arguments, list the Hub's users that have no account. The command cannot know "
        "whether an account and a Hub user are the same person: check before you link."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "links",
            nargs="*",
            metavar="ACCOUNT[=HUB_USER]",
            help="username in the portal, and username on the Hub if it differs",
        )

    def handle(self, *args: Any, links: list[str], **options: Any) -> None:
        hub = conf.hub_client()
        try:
            if not links:
                self._list_unlinked(hub)
                return
            refused = [link for link in links if not self._link(hub, link)]
        except HubError as error:
            raise CommandError(f"The Hub could not be reached: {error}") from error
        if refused:
            raise CommandError(f"{len(refused)} of {len(links)} were not linked.")

    def _list_unlinked(self, hub: HubClient) -> None:
        linked = set(
            User.objects.filter(hub_user_created_at__isnull=False).values_list(
                "hub_username", flat=True
            )
        )
        for hub_user in hub.list_users():
            if hub_user.name not in linked:
                self.stdout.write(hub_user.name)

    def _link(self, hub: HubClient, link: str) -> bool:
        username, _separator, hub_username = link.partition("=")
        hub_username = hub_username or username
        user = User.objects.filter(username=fold_username(username)).first()
        try:
            if user is None:
                raise AdoptionRefusedError("there is no such account")
            adopt_hub_user(hub=hub, user=user, hub_username=hub_username)
        except AdoptionRefusedError as error:
            self.stderr.write(f"{link}: {error}")
        else:
            self.stdout.write(f"{username} is now {hub_username} on the Hub")
            return True
        return False
