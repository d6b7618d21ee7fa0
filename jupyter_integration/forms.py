"""Forms of help requests to staff, and of the deletion of an account."""

from django import forms
from django.utils.translation import gettext_lazy as _

from jupyter_integration.models.help_request import LONGEST_WORDS
from portal.persian.text import fold_letters


class WordsField(forms.CharField):
    """Text of several lines. A line end counts as one character, as browsers count it."""

    widget = forms.Textarea

    def to_python(self, value: object) -> str:
        text = str(super().to_python(value) or "")
        return fold_letters(text.replace("\r\n", "\n")).strip()


class HelpForm(forms.Form):
    """The words are optional after a failed start."""

    words = WordsField(
        label=_("What did you want to do, and what happened?"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Never write a password here. At most 2000 characters."),
    )

    def __init__(self, *args: object, can_be_empty: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["words"].required = not can_be_empty


class FurtherMessageForm(forms.Form):
    """Form of a user's further message in a help request."""

    text = WordsField(
        label=_("Your message"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Never write a password here. At most 2000 characters."),
    )


class DeleteAccountForm(forms.Form):
    understood = forms.BooleanField(
        label=_("I understand that my account and my access to my files are lost.")
    )
