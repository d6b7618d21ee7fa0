"""Form in which staff answer a help request."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jupyter_integration.forms import WordsField
from jupyter_integration.models import HelpRequest, SavedAnswer
from jupyter_integration.models.help_message import LONGEST_ANSWER
from jupyter_integration.services.answer_help import ThreadChangedError, ensure_unchanged

ANSWER, ANSWER_AND_CLOSE, INSERT = "_answer", "_answer_and_close", "_insert"
CLOSE, REOPEN = "_close", "_reopen"
"""Names of the buttons."""


class SavedAnswerField(forms.ModelChoiceField):
    def label_from_instance(self, answer: SavedAnswer) -> str:
        return f"{answer.title} · {answer.get_language_display()}"


class AnswerForm(forms.ModelForm):
    """The pressed button says what happens. `staff` is set by the admin, on a class of its own.

    "Insert" only puts a saved answer behind what is written, so that it needs no script: the form
    is not valid then, has no errors, and is shown again.
    """

    staff: User

    text = WordsField(
        label=_("Your answer"),
        max_length=LONGEST_ANSWER,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto", "class": "vLargeTextField"}),
    )
    saved = SavedAnswerField(
        SavedAnswer.objects.none(),
        label=_("Saved answer"),
        required=False,
        empty_label=_("Choose…"),
    )
    last_seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)

    class Meta:
        model = HelpRequest
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        saved = cast(forms.ModelChoiceField, self.fields["saved"])
        # Of both languages, those of the reader first.
        first = "-language" if self.instance.language == User.Language.PERSIAN else "language"
        saved.queryset = SavedAnswer.objects.order_by(first, "title", "id")
        self.initial["last_seen"] = self.newest_message()
        if self.pressed(INSERT):
            self._insert()

    def pressed(self, *buttons: str) -> bool:
        return any(button in self.data for button in buttons)

    def newest_message(self) -> int:
        """Return the primary key of the newest message, 0 if there is none."""
        newest = self.instance.messages.last()
        return newest.pk if newest is not None else 0

    def is_valid(self) -> bool:
        return super().is_valid() and not self.pressed(INSERT)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.pressed(ANSWER, ANSWER_AND_CLOSE) or "text" not in cleaned:
            return cleaned
        if not cleaned["text"]:
            self.add_error("text", _("Write an answer."))
            return cleaned
        try:
            ensure_unchanged(
                help_request=self.instance,
                staff=self.staff,
                text=cleaned["text"],
                last_seen=cleaned.get("last_seen") or 0,
            )
        except ThreadChangedError:
            self._show_changes()
        return cleaned

    def _insert(self) -> None:
        chosen = self.data.get("saved", "")
        answer = SavedAnswer.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
        if answer is not None:
            written = self.data.get("text", "").rstrip()
            self._replace("text", f"{written}\n\n{answer.text}" if written else answer.text)

    def _show_changes(self) -> None:
        """Keep the text, and have the next click refer to the messages that are shown now."""
        self.add_error(
            None,
            _(
                "Somebody has written here in the meantime: read the last message. Nothing is sent "
                "yet and your text is kept; send it if it still fits."
            ),
        )
        self._replace("last_seen", str(self.newest_message()))

    def _replace(self, name: str, value: str) -> None:
        data = cast(QueryDict, self.data).copy()
        data[name] = value
        self.data = data
