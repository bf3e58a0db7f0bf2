"""The files that `optimize` leaves: the report, for people or programs, and the package."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from workbench.client.cli import output
from workbench.client.cli.options import Option, Values, wrong
from workbench.client.cli.session import Session
from workbench.client.errors import JobFailed
from workbench.client.jobs import View

REPORT = Option(
    "--report",
    "Write the report to this file: one that ends in .html for people, with its plots, to read "
    "offline and to print; any other as JSON.",
    metavar="FILE",
)
PACKAGE = Option("--package", "Download the deployment package to this file (.tar.zst).", metavar="FILE")


def targets_of(values: Values) -> dict[str, Path]:
    """The file of each option that names one, by the option's key. Raises for one that could not be written."""
    targets = {row.key: _writable(row, values[row.key]) for row in (REPORT, PACKAGE) if values[row.key]}
    if len(set(targets.values())) < len(targets):
        raise wrong(PACKAGE.name, "names the same file as --report")
    return targets


def _writable(option: Option, text: str) -> Path:
    path = Path(text).expanduser()
    if path.is_dir():
        raise wrong(option.name, f"{path} is a folder: name a file in it")
    if not path.parent.is_dir():
        raise wrong(option.name, f"the folder {path.parent} does not exist")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise wrong(option.name, f"the folder {path.parent} is not writable")
    return path


def deliver(session: Session, view: View, targets: dict[str, Path]) -> dict[str, Any]:
    """Download the package, write the report; the report as written."""
    document: dict[str, Any] = dict(view["facts"])
    package = document.get("package")
    if "package" in targets and package:
        path = targets["package"]
        session.client.packages.download(package["id"], "package.tar.zst", path)
        document["package"] = package | {"path": str(path)}
    elif "package" in targets:
        output.tell("No package was made, so none was downloaded.")
    if "report" in targets:
        _write(targets["report"], document)
    return document


def leave_what_was_measured(failed: JobFailed, targets: dict[str, Path]) -> None:
    """The report of an optimization of which a step failed, if there was anything to report by then."""
    document = failed.problem.get("report")
    if document and "report" in targets:
        _write(targets["report"], document)
        output.tell(f"What was measured before the failure is in {targets['report']}")
    elif document and document["variants"]:
        output.tell(f"What was measured before the failure: `workbench projects show {document['project_id']}`")


def _write(path: Path, document: dict[str, Any]) -> None:
    draft = path.with_name(path.name + ".part")
    draft.write_text(_text(path, document), encoding="utf-8")
    draft.replace(path)


def _text(path: Path, document: dict[str, Any]) -> str:
    if path.suffix.lower() in (".html", ".htm"):
        from workbench.plots.report import page  # a template engine that no other command needs

        return page(document)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
