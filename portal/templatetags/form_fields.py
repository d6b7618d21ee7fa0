"""Template tags for form fields: label, input, help and errors, linked for screen readers."""

from django import template
from django.forms import BaseForm, CheckboxInput, Select
from django.forms.boundfield import BoundField

register = template.Library()


@register.inclusion_tag("portal/_fields.html")
def form_fields(form: BaseForm) -> dict[str, object]:
    """Render a whole form: its own errors, its hidden fields, its visible fields."""
    return {"form": form}


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
        attributes["dir"] = "auto"  # a username may be Persian or Latin
    return {
        "field": field,
        "input": field.as_widget(attrs=attributes),
        "is_checkbox": is_checkbox,
        "is_password": input_type == "password",
    }
