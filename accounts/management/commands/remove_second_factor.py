"""Command `remove_second_factor`: for people, superusers too, who lost phone and recovery codes."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services.remove_second_factor import remove_second_factor
from accounts.usernames import fold_username


class Command(BaseCommand):
    help = (
        "Remove the authenticator app, the passkeys and the recovery codes of an account: "
        "`remove_second_factor sara`. Be sure who asks for it: then the password alone opens it."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=fold_username(username)).first()
        if user is None:
            raise CommandError(f"There is no account {username}.")
        if not remove_second_factor(user=user):
            raise CommandError(f"The account {user.username} has no second factor.")
        self.stdout.write(f"The account {user.username} has no second factor any more.")
