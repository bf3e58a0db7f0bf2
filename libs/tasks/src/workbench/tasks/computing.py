"""The tasks, one line each, as cores need them: readings of outputs, annotations, metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic

from PIL import Image
from workbench.tasks.catalogue import task_of
from workbench.tasks.classification import annotation as label
from workbench.tasks.classification import contents as labels_in
from workbench.tasks.classification import metrics as shares
from workbench.tasks.classification.confusion import CONFUSION as CLASSES
from workbench.tasks.classification.importance import still
from workbench.tasks.classification.remarks import Remarks as LabelRemarks
from workbench.tasks.classification.running import RUNNING as CLASSIFYING
from workbench.tasks.confusion import Confusion
from workbench.tasks.face_recognition import annotation as people
from workbench.tasks.face_recognition import contents as people_in
from workbench.tasks.face_recognition import metrics as pairs
from workbench.tasks.face_recognition.remarks import Remarks as PairRemarks
from workbench.tasks.face_recognition.running import RUNNING as RECOGNISING
from workbench.tasks.facial_landmarks import annotation as dots
from workbench.tasks.facial_landmarks import contents as points_in
from workbench.tasks.facial_landmarks import metrics as distances
from workbench.tasks.facial_landmarks.remarks import Remarks as PointRemarks
from workbench.tasks.facial_landmarks.running import RUNNING as POINTING
from workbench.tasks.inpainting import annotation as holes
from workbench.tasks.inpainting import contents as holes_in
from workbench.tasks.inpainting import metrics as fillings
from workbench.tasks.inpainting.remarks import Remarks as HoleRemarks
from workbench.tasks.inpainting.running import RUNNING as FILLING
from workbench.tasks.instance_segmentation import annotation as shapes
from workbench.tasks.instance_segmentation import contents as shapes_in
from workbench.tasks.instance_segmentation import metrics as mask_ap
from workbench.tasks.instance_segmentation.confusion import CONFUSION as MASKS
from workbench.tasks.instance_segmentation.remarks import Remarks as ShapeRemarks
from workbench.tasks.instance_segmentation.running import RUNNING as SHAPING
from workbench.tasks.object_detection import annotation as things
from workbench.tasks.object_detection import contents as boxes_in
from workbench.tasks.object_detection import metrics as precision
from workbench.tasks.object_detection.confusion import CONFUSION as BOXES
from workbench.tasks.object_detection.remarks import Remarks as ThingRemarks
from workbench.tasks.object_detection.running import RUNNING as DETECTING
from workbench.tasks.protocols import Outputs, Running
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn import contents as pictures_in
from workbench.tasks.redrawn.remarks import Remarks as PictureRemarks
from workbench.tasks.redrawn.result import digest
from workbench.tasks.scoring import A, Annotating, Contents, Metric, R, Remarking, Scored
from workbench.tasks.semantic_segmentation import annotation as mask
from workbench.tasks.semantic_segmentation import contents as classes_in
from workbench.tasks.semantic_segmentation import metrics as pixels
from workbench.tasks.semantic_segmentation.confusion import CONFUSION as PIXELS
from workbench.tasks.semantic_segmentation.remarks import Remarks as MaskRemarks
from workbench.tasks.semantic_segmentation.running import RUNNING as SEGMENTING
from workbench.tasks.style_transfer import annotation as style
from workbench.tasks.style_transfer import metrics as likenesses
from workbench.tasks.style_transfer.running import RUNNING as STYLING
from workbench.tasks.super_resolution import annotation as larger
from workbench.tasks.super_resolution import metrics as gains
from workbench.tasks.super_resolution.running import RUNNING as ENLARGING


def _unknown(_result: Any) -> float:
    return 0.0


@dataclass(frozen=True)
class Computing(Generic[R, A]):
    """``line``: what is kept of one scored image beside its name and digest; ``answer``: what it is in short, as JSON
    has it: two models whose answers differ differ on the image. ``still``: how far outputs, of a picture part of
    which is hidden, say what a result says of the whole one; None where that is not told. ``confusion``: what is
    taken for what; None where there are no classes. ``sureness``: of a result; of images that are equally wrong the
    one that the model is surest of is the worst. ``likeness``: of two pictures by their results and the options, the
    larger the more alike; None where results say nothing of that. ``mask``: what of an annotation goes into the model
    beside its picture; None where nothing does.
    """

    name: str
    running: Running
    annotation: Annotating[A]
    contents: Contents[A]
    remarks: Callable[[], Remarking[A]]
    line: Callable[[Scored[R, A]], dict[str, Any]]
    answer: Callable[[R], Any]
    metrics: tuple[Metric[R, A], ...]
    still: Callable[[Outputs, Recipe, R], float] | None = None
    confusion: Confusion[R, A] | None = None
    sureness: Callable[[R], float] = _unknown
    likeness: Callable[[R, R, Mapping[str, Any]], float] | None = None
    mask: Callable[[A], Image.Image] | None = None


# A task that is not here has no accuracy.
COMPUTING: tuple[Computing[Any, Any], ...] = (
    Computing(
        "classification",
        CLASSIFYING,
        label,
        labels_in,
        LabelRemarks,
        shares.line,
        shares.answer,
        shares.METRICS,
        still,
        CLASSES,
        shares.sureness,
    ),
    Computing(
        "object-detection",
        DETECTING,
        things,
        boxes_in,
        ThingRemarks,
        precision.line,
        precision.answer,
        precision.METRICS,
        confusion=BOXES,
    ),
    Computing(
        "instance-segmentation",
        SHAPING,
        shapes,
        shapes_in,
        ShapeRemarks,
        mask_ap.line,
        mask_ap.answer,
        mask_ap.METRICS,
        confusion=MASKS,
    ),
    Computing(
        "semantic-segmentation",
        SEGMENTING,
        mask,
        classes_in,
        MaskRemarks,
        pixels.line,
        pixels.answer,
        pixels.METRICS,
        confusion=PIXELS,
    ),
    Computing(
        "facial-landmarks", POINTING, dots, points_in, PointRemarks, distances.line, distances.answer, distances.METRICS
    ),
    Computing(
        "face-recognition",
        RECOGNISING,
        people,
        people_in,
        PairRemarks,
        pairs.line,
        pairs.answer,
        pairs.METRICS,
        likeness=pairs.likeness,
    ),
    Computing(
        "style-transfer", STYLING, style, pictures_in, PictureRemarks, likenesses.line, digest, likenesses.METRICS
    ),
    Computing("super-resolution", ENLARGING, larger, pictures_in, PictureRemarks, gains.line, digest, gains.METRICS),
    Computing(
        "inpainting", FILLING, holes, holes_in, HoleRemarks, fillings.line, digest, fillings.METRICS, mask=holes.mask
    ),
)


def computing_of(task: str) -> Computing[Any, Any] | None:
    """None for a task whose results nobody can judge. Raises BadRecipe for one that does not exist."""
    task_of(task)
    return next((each for each in COMPUTING if each.name == task), None)
