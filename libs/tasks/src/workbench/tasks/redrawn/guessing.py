"""What the facts of a model contradict where pictures shall keep their size. Standard library only."""

from __future__ import annotations

from workbench.tasks.model_facts import ModelFacts, shown


def only_one_size(model: ModelFacts) -> tuple[str, str]:
    """Of an output whose size is fixed: the field at fault and why."""
    return "resize", (
        f"the model's output {shown(model.outputs[0])} has one size, so pictures can't keep theirs "
        "(resize keep); accepted are stretch, letterbox."
    )
