"""JSON becomes a checked value, or is refused by its field."""

from workbench.fields.reading import checked
from workbench.fields.strict import Choice, Facts, Flag, Named, NestedInForm, Number, Object, Whole, WholeInForm
from workbench.fields.text import Said, Text, storable
from workbench.runner.core import BadSpec

__all__ = [
    "BadSpec",
    "Choice",
    "Facts",
    "Flag",
    "Named",
    "NestedInForm",
    "Number",
    "Object",
    "Said",
    "Text",
    "Whole",
    "WholeInForm",
    "checked",
    "storable",
]
