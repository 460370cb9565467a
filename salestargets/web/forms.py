from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

CLASS_OF = {
    "checkbox": "form-check-input",
    "checkboxselectmultiple": "form-check-input",
    "radioselect": "form-check-input",
    "select": "form-select",
    "selectmultiple": "form-select",
}


class KitBoundField(BoundField):
    """Gives every widget the style of the kit, so that forms say nothing about looks."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        style = CLASS_OF.get(self.widget_type, "form-control")
        invalid = "is-invalid" if self.errors else ""
        own = self.field.widget.attrs.get("class", "")
        built["class"] = " ".join(filter(None, [style, invalid, own]))
        return built


class Renderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = KitBoundField
