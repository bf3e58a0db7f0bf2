"""Makes a deployment package of measured models: lay it out, run it once, digest it, pack it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from workbench.packager import archive, contents, expected
from workbench.packager.reading import read_spec
from workbench.packager.values import PACKAGE_FILE
from workbench.runner.core import Run


def run(run: Run) -> dict[str, Any]:
    """Write ``outputs/package.tar.zst``; returns its digest, size and files. Refuses by name."""
    spec = read_spec(run.spec)
    run.progress("collecting", 0.0, f"{len(spec.variants)} models")
    with tempfile.TemporaryDirectory(dir=run.scratch) as staging:
        package = Path(staging) / spec.name
        samples = contents.stage(spec, run.inputs, package)
        run.progress("recording", 0.2, f"running each model on {len(samples)} samples")
        expected.record(package, samples)
        run.progress("packing", 0.6, "digests and archive")
        files = contents.seal(package)
        packed = archive.pack(package, run.outputs / PACKAGE_FILE)
    return {
        "sha256": packed.sha256,
        "size_bytes": packed.size_bytes,
        "files": files,
        "recommended": spec.recommended,
        "samples": len(samples),
    }
