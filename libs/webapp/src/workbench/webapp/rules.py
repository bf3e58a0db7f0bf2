"""Routes that are matched at once, and made into URLs only where somebody asks for one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from werkzeug import routing

Build = Callable[..., tuple[str, str]]


class Rule(routing.Rule):
    """Werkzeug's writes and compiles two functions for each route that make its URL: most of an app's start.

    Of all routes only a page's are ever asked for one.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Build:
        compiled = functools.cache(functools.partial(super()._compile_builder, append_unknown))

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build
