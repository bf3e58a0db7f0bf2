"""What a page is: an address, a word in the navigation, and who may see it."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint

PLACE = "/console"
FIRST = f"{PLACE}/start"


@dataclass(frozen=True)
class Page:
    """One module of ``pages`` and one template of the same name.

    title: its word in the navigation; "" for a page that others lead to. open: whether no session is needed.
    """

    name: str
    title: str = ""
    open: bool = False
    blueprint: Blueprint = field(init=False)

    def __post_init__(self) -> None:
        made = Blueprint(self.name, f"workbench.console.pages.{self.name}", url_prefix=f"{PLACE}/{self.name}")
        object.__setattr__(self, "blueprint", made)
