"""Whether a model is a classifier, from its facts. Standard library only.

Landmarks, embeddings and regressions are lists of numbers, too: a list alone is never more than possible.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.guess import CERTAIN, LIKELY, POSSIBLE, Guess
from workbench.tasks.model_facts import ModelFacts, fixed, last_operation, shown, sizes
from workbench.tasks.recipe import Recipe

_ITS_NAMES = ("classification", "classify", "image_classification", "image-classification")
_SCORES = frozenset({"Softmax", "LogSoftmax"})
_OUTPUT_NAMES = ("prob", "softmax", "logit", "classif")
_IMAGENET = (1000, 1001, 21841, 21843)
_FAMILIES = frozenset(
    {
        "alexnet",
        "classification",
        "classifier",
        "convnext",
        "deit",
        "densenet",
        "efficientnet",
        "googlenet",
        "imagenet",
        "inception",
        "mnasnet",
        "mobilenet",
        "regnet",
        "resnet",
        "resnext",
        "shufflenet",
        "squeezenet",
        "swin",
        "vgg",
        "vit",
    }
)
_OTHERS = frozenset(
    {
        "age",
        "arcface",
        "embedding",
        "embeddings",
        "encoder",
        "face",
        "facenet",
        "faces",
        "feature",
        "features",
        "identification",
        "keypoint",
        "keypoints",
        "landmark",
        "landmarks",
        "mobileface",
        "pose",
        "recognition",
        "reid",
        "reidentification",
        "regression",
    }
)
_DETECTS = ("DetectionOutput", "NonMaxSuppression", "MulticlassNms", "MatrixNms", "RegionYolo", "PriorBox", "Proposal")


def classes(model: ModelFacts) -> int | None:
    """How many class scores the first output holds; None when its shape is no classifier's."""
    found = (sizes(model.outputs[0]) or []) if model.outputs else []
    if not all(map(fixed, found)):
        return None
    larger = [size for size in found if size > 1]
    return larger[0] if len(larger) == 1 else None


def offset(count: int, labels: Sequence[str] | None) -> int:
    """One score more than labels is a background class before them; TensorFlow's ImageNet models have it."""
    return 1 if labels and count == len(labels) + 1 else 0


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """None when the outputs can't be class scores, or no input can be a picture."""
    count = classes(model)
    if count is None or not model.takes_pictures():
        return None
    sure, why = _sureness(model, count, labels)
    options = {"label_offset": 1} if offset(count, labels) else {}
    return Guess("scores", options, f"its output is one list of {count} numbers, {why}", sure)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """The field at fault and why; None too where a size is only known when the model runs."""
    shape = model.outputs[0]["shape"] if model.outputs else None
    if shape is None or not all(map(fixed, shape[1:])):
        return None
    count = classes(model)
    if count is None:
        return "task", f"a classifier's output has shape [1, classes], not {shown(model.outputs[0])}."
    before = recipe.options["label_offset"]
    named = len(recipe.labels or ())
    if named <= count - before:
        return None
    stand = f", the first {before} of them before label 0" if before else ""
    return "labels", (
        f"the dataset has {named} classes; the model has {count}{stand}, so at most {count - before} are "
        "accepted: score it on a dataset of its own classes."
    )


def _sureness(model: ModelFacts, count: int, labels: Sequence[str] | None) -> tuple[str, str]:
    told = model.told("model_type", "task_type", "task")
    if told in _ITS_NAMES:
        return CERTAIN, f"and the model calls itself '{told}'"
    if other := _something_else(model, told):
        return POSSIBLE, f"but {other}"
    if labels and count - offset(count, labels) == len(labels):
        return LIKELY, "as many as there are labels"
    if len(model.outputs) > 1:
        return POSSIBLE, f"but it has {len(model.outputs)} outputs"
    if last_operation(model.outputs[0]) in _SCORES:
        return LIKELY, "which a softmax computes"
    return _from_names(model, count)


def _something_else(model: ModelFacts, told: str) -> str | None:
    """What speaks against a classifier, whatever its outputs are called."""
    if told:
        return f"the model calls itself '{told}'"
    if operation := model.has(*_DETECTS):
        return f"it has the operation {operation} of a detector"
    if last_operation(model.outputs[0]) == "NormalizeL2":
        return "of length one, as an embedding is"
    return None


def _from_names(model: ModelFacts, count: int) -> tuple[str, str]:
    if others := sorted(model.words & _OTHERS):
        return POSSIBLE, f"but its name has the word '{others[0]}'"
    name = str(model.outputs[0]["name"]).lower()
    if any(word in name for word in _OUTPUT_NAMES):
        return LIKELY, f"which it calls '{name[:80]}'"
    if not _a_row_a_picture(model):
        return POSSIBLE, "but as many rows of them as it finds"
    if count in _IMAGENET:
        return LIKELY, "as many as ImageNet has classes"
    if families := sorted(model.words & _FAMILIES):
        return LIKELY, f"and its name has the word '{families[0]}'"
    return POSSIBLE, "as class scores are, and landmarks, embeddings and other numbers"


def _a_row_a_picture(model: ModelFacts) -> bool:
    """Whether the output grows with the pictures that go in, not with what is found in them."""
    rows = model.outputs[0]["shape"][0]
    return fixed(rows) or any(not fixed((tensor.get("shape") or [1])[0]) for tensor in model.inputs)
