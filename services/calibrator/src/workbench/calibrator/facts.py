"""What is known of an evaluation and of a trial."""

from __future__ import annotations

import marshmallow as ma
from workbench.webapp.facts import Kept, by_name, listed, number, of, said, texts, whole
from workbench.webapp.facts.figures import AssumedFacts, ChangedFacts, ConfigurationFacts, MetricFacts


class OutputDistanceFacts(Kept):
    """One output beside the reference model's; both figures are null where there is no distance."""

    output = said("Its name.")
    mse = number("The mean of the squared differences.")
    relative = number("Root mean square of the differences, over that of the reference's values.")


class TensorDistanceFacts(Kept):
    """How far the outputs are from the reference model's."""

    images = whole("On how many images.")
    outputs = listed(OutputDistanceFacts, "Each output that both have.")


class RankedByFacts(Kept):
    """By what images are ranked."""

    metric = said("Its name.")
    unit = said("Its unit.")
    better = said("Which way is better.", ("higher", "lower"))


class BoundFacts(Kept):
    """What the facts of an evaluation and of a trial have in common."""

    model_id = said("The model.")
    dataset_id = said("The dataset.")
    recipe_id = said("The recipe.")
    target = said("Where it ran, as `GET /v1/targets` lists them.")
    device = said("On which device, in OpenVINO's words.")
    configuration = of(ConfigurationFacts, "What the model was compiled to.")
    assumed = listed(AssumedFacts, "What of the recipe nobody said.")
    dataset_warnings = texts("What was noticed of the images when they were taken in.")


class EvaluationFacts(BoundFacts):
    """How right a model is on a dataset, or how far it agrees with a reference."""

    metrics = listed(MetricFacts, "Each metric, the one that variants are compared by first.")
    items = whole("Images that were scored.")
    ranked_by = of(RankedByFacts, "What a score of a single image is.")
    changed_items = of(ChangedFacts, "Beside the other evaluation.")
    tensor_distance = of(TensorDistanceFacts, "Beside the reference model.")
    env = by_name(ma.fields.String(), "The variables that the device type sets.")
    warnings = texts("What is wrong where the first metric is near chance.")
    reference_model_id = said("The model whose answers count as right, where annotations do not tell.")
    against_evaluation_id = said("The evaluation that changes are told against.")


class LikenessFacts(Kept):
    """How alike an answer is to another image's."""

    name = said("The other image.")
    value = number("How alike.")


class TriedFacts(Kept):
    """What a model said of one image."""

    name = said("The image.")
    sha256 = said("Of its file.")
    lines = texts("The answer, for people.")
    drawing = said("The file that has the answer drawn onto the image.")
    importance = said("The file that shows where the model looked.")
    likeness = listed(LikenessFacts, "Beside the other images, the most alike first.")


class TrialFacts(BoundFacts):
    """What a model said of a few images."""

    images = listed(TriedFacts, "Each image.")
