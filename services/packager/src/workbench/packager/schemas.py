"""What crosses HTTP: a deployment package to build."""

from __future__ import annotations

from workbench.fields import shared
from workbench.packager.spec import PackageFields, VariantFields, variants


class VariantRequest(VariantFields):
    """One model of the package, with the measurements it is shipped on."""

    model_id = shared.an_id(required=True, metadata={"description": "An IR."})
    profile_id = shared.an_id(load_default=None, metadata={"description": "Its configuration and speed go along."})
    evaluation_id = shared.an_id(load_default=None, metadata={"description": "Its accuracy goes along."})


class PackageRequest(PackageFields):
    """Build the deployment of chosen models."""

    variants = variants(VariantRequest)
    recipe_id = shared.an_id(required=True, metadata={"description": "How the package reads an image."})
    dataset_id = shared.an_id(load_default=None, metadata={"description": "Where the self-test's samples come from."})
