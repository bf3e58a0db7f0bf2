"""Routes under /v1/models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from workbench.model_registry.schemas import ModelForm
from workbench.webapp.documents import Blueprint
from workbench.webapp.part_uploads import serve_part_uploads
from workbench.webapp.routes import Resource, serve_jobs
from workbench.webapp.uploads import UploadKind, serve_form_upload

models = Blueprint("models", __name__, url_prefix="/v1/models", description="Original models and IRs.")

_MAIN_FILES = (".onnx", ".xml", ".tflite", "saved_model.pb", ".meta", ".pb", ".pbtxt", ".pdmodel", ".keras", ".h5")


def _name_of(files: Sequence[str]) -> str:
    """The file a person would name the model after; a SavedModel is named after its folder."""
    main = PurePosixPath(next((name for name in files if name.endswith(_MAIN_FILES)), files[0]))
    return main.parent.name or main.stem if main.name == "saved_model.pb" else main.stem


UPLOADED = UploadKind("model", ModelForm, _name_of)

serve_form_upload(models, UPLOADED)
serve_part_uploads(models, UPLOADED)
serve_jobs(models, Resource("model"))
