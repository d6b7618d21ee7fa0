"""Every name on the Hub that an account has or had: the book in which nothing is erased."""

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.hub_usernames import LONGEST_HUB_USERNAME, propose_hub_usernames


class IssuedHubUsername(models.Model):
    """A Hub name that some account has or had: never issued again, whoever is deleted."""

    name = models.CharField(max_length=LONGEST_HUB_USERNAME, primary_key=True)
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,  # the account may go, the name stays
        related_name="issued_hub_usernames",
    )

    class Meta:
        verbose_name = _("issued Hub name")
        verbose_name_plural = _("issued Hub names")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, username: str) -> str:
        """Return the first proposal for `username` that nobody has or had, now recorded."""
        return next(name for name in propose_hub_usernames(username) if cls._record_new(name))

    @classmethod
    def _record_new(cls, name: str) -> bool:
        try:
            # A savepoint: on PostgreSQL a refused insert would end the whole transaction.
            with transaction.atomic():
                cls.objects.create(name=name)
        except IntegrityError:
            return False
        return True
