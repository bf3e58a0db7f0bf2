"""What is vendored is what its registry had, with its licence beside it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

STATIC = Path(__file__).parents[1] / "src" / "workbench" / "console" / "static"
OURS = {".css", ".svg"}


def test_every_vendored_file_has_its_digest_version_and_licence() -> None:
    listed = json.loads((STATIC / "vendored.json").read_text())

    for name, facts in listed.items():
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == facts["sha256"], name
        assert facts["version"]
        assert (STATIC / facts["license_file"]).read_text().strip()


def test_every_script_is_ours_or_listed() -> None:
    listed = json.loads((STATIC / "vendored.json").read_text())
    scripts = {path.name for path in STATIC.glob("*.js")}

    assert {name for name in scripts if name.endswith(".min.js")} == set(listed)
