"""Routes under /v1/calibrations, /v1/evaluations, /v1/recipes and /v1/trials."""

from __future__ import annotations

from typing import Any

from flask import Response
from workbench.calibrator import looking, tried
from workbench.calibrator.facts import EvaluationFacts, TrialFacts
from workbench.calibrator.schemas import (
    CalibrationRequest,
    ConfusionView,
    EvaluationRequest,
    ImagesQuery,
    RecipeRequest,
    ScoredImagePage,
    TrialRequest,
)
from workbench.calibrator.shown import RESULT, TRUTH
from workbench.targets.placement import Placement
from workbench.webapp.documents import Blueprint
from workbench.webapp.facts.models import ModelFacts
from workbench.webapp.facts.recipes import RecipeFacts
from workbench.webapp.kept import jpeg, png
from workbench.webapp.routes import Resource, serve_jobs, serve_submission

calibrations = Blueprint("calibrations", __name__, url_prefix="/v1/calibrations", description="Float IR into INT8.")
serve_submission(calibrations, "calibration", CalibrationRequest, Placement.only_if_asked)
serve_jobs(calibrations, Resource("calibration"), ModelFacts)

evaluations = Blueprint("evaluations", __name__, url_prefix="/v1/evaluations", description="Accuracy on a dataset.")
serve_submission(evaluations, "evaluation", EvaluationRequest, Placement.resolve_or_host)
EVALUATIONS = Resource("evaluation")
serve_jobs(evaluations, EVALUATIONS, EvaluationFacts)


@evaluations.get("/<job_id>/images")
@evaluations.arguments(ImagesQuery, location="query")
@evaluations.response(200, ScoredImagePage)
def list_images(query: dict[str, Any], job_id: str) -> dict[str, Any]:
    """Every image with its score by the first metric, what the model says of it and what is there; the worst first."""
    return looking.page(EVALUATIONS.get(job_id), query["cursor"], query["limit"])


@evaluations.get("/<job_id>/images/<int:number>/result")
@evaluations.response(200, content_type="image/jpeg", description="The image, its long side 512 pixels at most.")
def show_result(job_id: str, number: int) -> Response:
    """What the model says of one of the worst images, drawn onto it."""
    return jpeg(looking.picture(EVALUATIONS.get(job_id), number, RESULT))


@evaluations.get("/<job_id>/images/<int:number>/truth")
@evaluations.response(200, content_type="image/jpeg", description="The image, its long side 512 pixels at most.")
def show_truth(job_id: str, number: int) -> Response:
    """What is known of the same image, drawn onto it; without annotations what the reference model says."""
    return jpeg(looking.picture(EVALUATIONS.get(job_id), number, TRUTH))


@evaluations.get("/<job_id>/confusion")
@evaluations.response(200, ConfusionView)
def confusion(job_id: str) -> dict[str, Any]:
    """Which class is taken for which, over all annotated images: images, things or pixels, as the task counts."""
    return looking.confusion(EVALUATIONS.get(job_id))


recipes = Blueprint("recipes", __name__, url_prefix="/v1/recipes", description="Pre- and post-processing, immutable.")
serve_submission(recipes, "recipe", RecipeRequest)
serve_jobs(recipes, Resource("recipe"), RecipeFacts)

trials = Blueprint("trials", __name__, url_prefix="/v1/trials", description="What a model says of a few images.")
serve_submission(trials, "trial", TrialRequest, Placement.resolve_or_host)
TRIALS = Resource("trial")
serve_jobs(trials, TRIALS, TrialFacts)


@trials.get("/<job_id>/images/<int:number>/drawing")
@trials.response(200, content_type="image/png", description="The image as it was brought, with the answer on it.")
def show_drawing(job_id: str, number: int) -> Response:
    """What the model says of an image, drawn onto it; ``number`` counts the images of the trial from 0."""
    return png(tried.drawing(TRIALS.get(job_id), number))
