"""Why a model's files are nothing we take, whoever looks at them."""

from __future__ import annotations

from workbench.runner.core import Refusal


class BrokenModel(Refusal):
    """``file`` is damaged, or does not fit its companions."""


class MissingFile(Refusal):
    """The model in ``file`` needs ``missing``, which is not there."""


class UnsafeFile(Refusal):
    """``file`` reaches outside its folder, or asks a parser for what no model needs."""
