"""Routes under /v1/calibrations, /v1/evaluations, /v1/recipes and /v1/trials."""

from __future__ import annotations

from workbench.calibrator.schemas import CalibrationRequest, EvaluationRequest, RecipeRequest, TrialRequest
from workbench.targets.placement import Placement
from workbench.webapp.documents import Blueprint
from workbench.webapp.routes import Resource, serve_jobs, serve_submission

calibrations = Blueprint("calibrations", __name__, url_prefix="/v1/calibrations", description="Float IR into INT8.")
serve_submission(calibrations, "calibration", CalibrationRequest, Placement.only_if_asked)
serve_jobs(calibrations, Resource("calibration"))

evaluations = Blueprint("evaluations", __name__, url_prefix="/v1/evaluations", description="Accuracy on a dataset.")
serve_submission(evaluations, "evaluation", EvaluationRequest, Placement.resolve_or_host)
serve_jobs(evaluations, Resource("evaluation"))

recipes = Blueprint("recipes", __name__, url_prefix="/v1/recipes", description="Pre- and post-processing, immutable.")
serve_submission(recipes, "recipe", RecipeRequest)
serve_jobs(recipes, Resource("recipe"))

trials = Blueprint("trials", __name__, url_prefix="/v1/trials", description="What a model says of a few images.")
serve_submission(trials, "trial", TrialRequest, Placement.resolve_or_host)
serve_jobs(trials, Resource("trial"))
