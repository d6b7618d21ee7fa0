"""Record of all Hub names that an account has or had; rows are never deleted."""

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.hub_usernames import LONGEST_HUB_USERNAME, propose_hub_usernames


class IssuedHubUsername(models.Model):
    """A Hub name that an account has or had; it is never issued again."""

    name = models.CharField(max_length=LONGEST_HUB_USERNAME, primary_key=True)
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,  # the account may be deleted, the name stays
        related_name="issued_hub_usernames",
    )

    class Meta:
        verbose_name = _("issued Hub name")
        verbose_name_plural = _("issued Hub names")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, username: str) -> str:
        """Record and return the first proposal for `username` that was never issued."""
        return next(name for name in propose_hub_usernames(username) if cls._record_new(name))

    @classmethod
    def _record_new(cls, name: str) -> bool:
        try:
            # A savepoint: on PostgreSQL, a failed INSERT would abort the whole transaction.
            with transaction.atomic():
                cls.objects.create(name=name)
        except IntegrityError:
            return False
        return True
