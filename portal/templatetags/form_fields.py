"""Template tags for form fields: label, input, help and errors, linked for screen readers.

No form lets the browser validate: its bubbles speak the browser's language. The server validates,
and static/portal/forms.js says the same sentences before the form is sent.
"""

from django import template
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
)
from django.core.validators import validate_email
from django.forms import BaseForm, CheckboxInput, EmailField, Select
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

register = template.Library()


@register.inclusion_tag("portal/_fields.html")
def form_fields(form: BaseForm) -> dict[str, object]:
    """Render a whole form: its own errors, its hidden fields, its visible fields."""
    fields = form.visible_fields()
    invalid = [field for field in fields if field.errors]
    return {
        "form": form,
        "has_summary": len(fields) > 1,
        "invalid_fields": invalid if len(invalid) > 1 else [],
    }


@register.inclusion_tag("portal/_field.html")
def form_field(field: BoundField) -> dict[str, object]:
    """Render one visible field.

    Placeholders that repeat the label are removed: they vanish while typing and look like a value.
    """
    widget = field.field.widget
    is_checkbox = isinstance(widget, CheckboxInput)
    # allauth makes a text input an email field by this attribute.
    input_type = widget.attrs.get("type", getattr(widget, "input_type", ""))
    if is_checkbox:
        css_class = "form-check-input"
    elif isinstance(widget, Select):
        css_class = "form-select"
    else:
        css_class = "form-control"
    attributes: dict[str, str | bool] = {"class": css_class, "placeholder": False}
    if input_type in ("email", "password", "tel", "url") or "inputmode" in widget.attrs:
        attributes["dir"] = "ltr"
    elif css_class == "form-control":
        attributes["dir"] = "auto"  # a user name may be Persian or Latin
    is_password = input_type == "password"
    if is_password:
        # Of a shown password: browsers may send what they spell-check to their makers.
        attributes |= {"autocapitalize": "none", "spellcheck": "false"}
    return {
        "field": field,
        "input": field.as_widget(attrs={**attributes, **_sentences(field)}),
        "is_checkbox": is_checkbox,
        "is_password": is_password,
        "shortest_password": _shortest_password() if _has_rules(field) else None,
    }


def _sentences(field: BoundField) -> dict[str, str]:
    """Return what forms.js says about a wrong value, as attributes of the input."""
    sentences = {}
    if field.field.required:
        sentences["data-error-required"] = str(field.field.error_messages["required"])
    if isinstance(field.field, EmailField):
        sentences["data-error-address"] = str(validate_email.message)
    if field.name == "password2":
        sentences["data-error-differs"] = _("You must type the same password each time.")
    return sentences


def _has_rules(field: BoundField) -> bool:
    """Return whether a new password is typed here for the first time."""
    return field.name == "password1"


def _shortest_password() -> int | None:
    """Return its length in characters, or None if passwords may be of any length."""
    for validator in get_default_password_validators():
        if isinstance(validator, MinimumLengthValidator):
            return validator.min_length
    return None
