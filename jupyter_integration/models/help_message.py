"""Message of a help request after its first text: from the user or from staff."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from jupyter_integration.models.help_request import HelpRequest

LONGEST_ANSWER = 5000  # characters


class HelpMessage(models.Model):
    """A text that nobody changes afterwards.

    `is_from_staff` says on which page the text was written. It does not follow from the author:
    members of staff ask for help too, and an author may be deleted.
    """

    help_request = models.ForeignKey(
        HelpRequest, on_delete=models.CASCADE, related_name="messages", verbose_name=_("request")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("author"),
    )
    is_from_staff = models.BooleanField(_("from staff"))
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    read_at = models.DateTimeField(
        _("read at"), null=True, help_text=_("When the user opened the page with this answer.")
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.help_request} #{self.pk}"


def has_unread_answer() -> Exists:
    """Return the column, for a query of help requests, that says whether an answer is unread."""
    answers = HelpMessage.objects.filter(help_request=OuterRef("pk"), is_from_staff=True)
    return Exists(answers.filter(read_at__isnull=True))
