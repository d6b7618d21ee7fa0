"""Dismissal of the first steps on the dashboard."""

from accounts.models import User


def dismiss_first_steps(*, user: User) -> None:
    """Show this account no first steps any more, on any device."""
    User.objects.filter(pk=user.pk).update(first_steps_dismissed=True)
