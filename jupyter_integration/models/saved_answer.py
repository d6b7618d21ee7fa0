"""Saved answer: a text that staff put into an answer to a help request."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jupyter_integration.models.help_message import LONGEST_ANSWER


class SavedAnswer(models.Model):
    title = models.CharField(_("title"), max_length=80)
    language = models.CharField(
        _("language"), max_length=2, choices=User.Language, default=User.Language.PERSIAN
    )
    text = models.TextField(_("text"), max_length=LONGEST_ANSWER)

    class Meta:
        verbose_name = _("saved answer")
        verbose_name_plural = _("saved answers")
        ordering = ("language", "title", "id")

    def __str__(self) -> str:
        return self.title
