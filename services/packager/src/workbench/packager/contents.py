"""The package as a folder: models, settings, application, samples, and at last the digest of each of them."""

from __future__ import annotations

import hashlib
import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from workbench.packager.archive import files_below
from workbench.packager.carried import carry
from workbench.packager.pins import requirements, video
from workbench.packager.readme import readme
from workbench.packager.samples import write_samples
from workbench.packager.values import SCHEMA_VERSION, Facts, PackageSpec, Variant
from workbench.runner.core import Refusal
from workbench.tasks.recipe import Recipe

_TEMPLATES = Path(__file__).with_name("templates")
_PYTHON = ">=3.11"


class MissingFile(Refusal):
    """A file of a model is not there; ``file`` is its path below the run's inputs."""


class DigestMismatch(Refusal):
    """A model's file holds other bytes than it is known by; ``file`` is its path below the run's inputs."""


def stage(spec: PackageSpec, inputs: Path, package: Path) -> list[dict[str, Any]]:
    """Lay the package out in the new folder ``package``; returns the samples' lines.

    Models are linked, not copied. What ``seal`` adds is still missing: the manifest lists no files.
    """
    shutil.copytree(_TEMPLATES, package, ignore=shutil.ignore_patterns("__pycache__", "README.md", ".*"))
    carry(spec.recipe["task"], package / "app")
    for variant in spec.variants:
        _link_model(variant, inputs, package / "models" / variant.name)
    recipe = Recipe.from_json(spec.recipe)
    samples = write_samples(inputs / "dataset", recipe, spec.samples, package / "samples")
    manifest = _manifest(spec)
    _write_json(package / "manifest.json", manifest)
    (package / "requirements.txt").write_text(requirements())
    (package / "requirements-video.txt").write_text(video())
    (package / "README.md").write_text(readme(manifest, samples), encoding="utf-8")
    return samples


def seal(package: Path) -> list[Facts]:
    """Write every file's digest into the manifest; returns a line for each: path, sha256, size_bytes."""
    manifest = json.loads((package / "manifest.json").read_bytes())
    listed = {
        path: {"sha256": _sha256(package / path), "size_bytes": (package / path).stat().st_size}
        for path in files_below(package)
        if path != "manifest.json"
    }
    _write_json(package / "manifest.json", manifest | {"files": listed})
    return [{"path": path, **facts} for path, facts in listed.items()]


def _manifest(spec: PackageSpec) -> Facts:
    variants = [
        {
            "name": variant.name,
            "precision": variant.precision,
            "model": f"models/{variant.name}/model.xml",
            "configuration": variant.configuration,
            "profile": variant.profile,
            "evaluation": variant.evaluation,
            "built_in": list(variant.built_in),
        }
        for variant in spec.variants
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "name": spec.name,
        "created_by": f"workbench-packager {version('workbench-packager')}",
        "openvino": version("openvino"),
        "python": _PYTHON,
        "recommended": spec.recommended,
        "recipe": spec.recipe,
        "variants": variants,
        "undecided": spec.undecided,
        "notes": list(spec.notes),
        "files": {},
    }


def _link_model(variant: Variant, inputs: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    source = inputs / "variants" / variant.name
    weights = Path(variant.main_file).with_suffix(".bin").name
    for name, target in ((variant.main_file, "model.xml"), (weights, "model.bin")):
        _require(source / name, variant.files.get(name), inputs)
        (folder / target).symlink_to((source / name).resolve())
    _write_json(folder / "configuration.json", variant.configuration)


def _require(file: Path, sha256: str | None, inputs: Path) -> None:
    path = file.relative_to(inputs).as_posix()
    if not file.is_file():
        raise MissingFile(f"{path}: there is no such file; an IR is an .xml and its .bin.", file=path)
    if sha256 is not None and _sha256(file) != sha256:
        raise DigestMismatch(f"{path}: its SHA-256 is not {sha256}.", file=path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_json(path: Path, document: Facts) -> None:
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
