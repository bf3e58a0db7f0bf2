"""What one optimization is about: which variants there are to be, and what can be said of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.project.inputs import conversion_inputs, measured_shapes
from workbench.project.values import Facts
from workbench.tasks.catalogue import task_of
from workbench.tasks.guesses import tasks_of

_OF_INT8 = frozenset({"calibrate-int8", "profile-int8", "evaluate-int8"})


@dataclass(frozen=True)
class Plan:
    """What does not change while a pipeline runs: the request, and the facts of what it starts from."""

    request: Facts
    model_id: str
    model: Facts
    dataset_id: str | None
    dataset: Facts | None
    target: str
    device: str

    @property
    def inputs(self) -> Facts:
        """What every conversion does to the inputs."""
        return conversion_inputs(self.model, self.request)

    @property
    def shapes(self) -> Facts:
        """What is measured of inputs that stay open."""
        return measured_shapes(self.model, self.request)

    @property
    def brought(self) -> str | None:
        """The variant that the model itself already is, when it is an IR that needs no change."""
        if self.model["format"] != "ir" or (self.inputs and self.model["precision"] != "INT8"):
            return None
        return {"FP32": "fp32", "INT8": "int8"}.get(self.model["precision"], "fp16")

    @property
    def quantized(self) -> bool:
        """Whether the model is INT8 as it comes: then that is its only variant, and nothing is calibrated."""
        return bool(self.model["precision"] == "INT8")

    @property
    def converted(self) -> list[str]:
        """The variants that a conversion makes."""
        if self.quantized:
            return [] if self.brought else ["int8"]
        # Weights that were rounded to half precision do not become more precise by being stored wider.
        wanted = ["fp16"] if self.model["precision"] == "FP16" and self.model["format"] == "ir" else ["fp32", "fp16"]
        return [name for name in wanted if name != self.brought]

    @property
    def variants(self) -> list[str]:
        """Every variant, the most precise first; it is the baseline."""
        floats = [name for name in ("fp32", "fp16") if name in self.converted or name == self.brought]
        return [*floats, "int8"]

    def is_optional(self, step: str) -> bool:
        """Whether a failure of it leaves the other variants: it becomes a warning, not the end."""
        return step in _OF_INT8 or (step == "convert-fp16" and self.variants[0] != "fp16")

    @property
    def scored(self) -> bool:
        """Whether there is something to score on."""
        return task_of(self.request["task"]).judged and self.dataset is not None

    @property
    def labelled(self) -> bool:
        """Whether the dataset has the right answers to what the model does."""
        task = self.request["task"]
        return task in tasks_of(self.dataset) or (self.dataset is not None and task_of(task).by_image)

    @property
    def interleaved(self) -> bool:
        """Whether the variants are measured in turns by one job; not in a request that an earlier release accepted."""
        return bool(self.request.get("interleaved"))

    @property
    def own_calibration_set(self) -> bool:
        """Whether calibration has a dataset of its own, so that all of the other can be scored."""
        return self.request["calibration_dataset_id"] is not None


def variants_of(request: Facts, model: Facts) -> list[str]:
    """The names of all variants that there are to be, before anything is placed."""
    return Plan(request, "", model, None, None, "", "").variants
