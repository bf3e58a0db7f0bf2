"""Every refusal of the workbench as an RFC 9457 problem document, declared as an exception class.

The class is the declaration: its name gives the stable ``type``, its fields become extension members,
its docstring carries the ``Remedy:`` that the catalogue prints. A subclass is a dataclass with
``eq=False``: exceptions are compared and hashed by identity.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, ClassVar

TYPE_PREFIX = "urn:workbench:problem:"


def kebab(name: str) -> str:
    """``ModelInUse`` → ``model-in-use``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def type_name(cls: type[Problem]) -> str:
    """The last part of the problem's ``type``."""
    return kebab(cls.__name__)


@dataclass(eq=False)
class Problem(Exception):
    """Base of every refusal. Remedy: see the subclass."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    @property
    def detail(self) -> str:
        """What happened this time: names the field, file or line at fault and what would be accepted."""
        return self.title

    @classmethod
    def remedy(cls) -> str:
        """The part of the docstring after ``Remedy:``, on one line; empty when there is none."""
        _, _, remedy = (cls.__doc__ or "").partition("Remedy:")
        return " ".join(remedy.split())

    def document(self) -> dict[str, Any]:
        """The RFC 9457 members, then this problem's own fields, then the remedy."""
        own = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {
            "type": TYPE_PREFIX + type_name(type(self)),
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "remedy": self.remedy(),
            **own,
        }

    def __str__(self) -> str:
        return self.detail


def catalogue() -> list[type[Problem]]:
    """Every problem class imported so far, by type name; what the reference page is generated from."""
    found: list[type[Problem]] = []
    queue = list(Problem.__subclasses__())
    while queue:
        cls = queue.pop()
        queue.extend(cls.__subclasses__())
        found.append(cls)
    return sorted(found, key=type_name)
