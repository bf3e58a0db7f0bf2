"""Routes under /v1/packages."""

from __future__ import annotations

from workbench.packager.facts import PackageFacts
from workbench.packager.schemas import PackageRequest
from workbench.webapp.documents import Blueprint
from workbench.webapp.routes import Resource, serve_jobs, serve_submission

packages = Blueprint("packages", __name__, url_prefix="/v1/packages", description="Deployment packages.")
serve_submission(packages, "package", PackageRequest)
serve_jobs(packages, Resource("package"), PackageFacts)
