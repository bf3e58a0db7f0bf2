"""Whatever a launch names, a job reads blobs of its own team and uploads of its own, and nothing else."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.jobs.job import Job, State
from workbench.jobs.problems import ForeignInput, UploadDamaged
from workbench.jobs.working.inputs import StagingFailed, sources, verify
from workbench.runner import Launch, Limits

LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 20, wall_s=60)
DIGEST = "ab" * 32


def job(**request: Any) -> Job:
    """One of team red."""
    made = Job.__new__(Job)
    for name, value in {"id": "j1", "team": "red", "kind": "deed", "state": State.RUNNING, "request": request}.items():
        object.__setattr__(made, name, value)
    return made


def launch(source: str) -> Launch:
    return Launch("a.core", {}, {"upload/model.onnx": source}, LIMITS)


def test_a_digest_is_a_blob_of_the_team() -> None:
    found = sources(job(), launch(DIGEST))["upload/model.onnx"]

    assert (found.key, found.sha256, found.is_blob) == (f"teams/red/blobs/sha256/{DIGEST}", DIGEST, True)


def test_what_was_uploaded_for_the_job_is_read_with_what_was_declared() -> None:
    key = "teams/red/uploads/j1/form/0"
    found = sources(job(files=[{"key": key, "sha256": DIGEST}]), launch(key))["upload/model.onnx"]

    assert (found.key, found.sha256, found.is_blob) == (key, DIGEST, False)


def test_bytes_that_are_not_those_declared_are_the_users_and_named_those_of_a_blob_are_ours_to_fetch_again() -> None:
    other, key = "cd" * 32, "teams/red/uploads/j1/form/0"
    uploaded = sources(job(files=[{"key": key, "sha256": DIGEST}]), launch(key))["upload/model.onnx"]
    blob = sources(job(), launch(DIGEST))["upload/model.onnx"]

    verify("upload/model.onnx", uploaded, DIGEST)
    with pytest.raises(UploadDamaged, match=f"^model.onnx: SHA-256 {DIGEST} was declared, but {other} arrived"):
        verify("upload/model.onnx", uploaded, other)
    with pytest.raises(StagingFailed):
        verify("upload/model.onnx", blob, other)


def test_a_name_of_an_earlier_release_is_still_an_upload() -> None:
    found = sources(job(), launch("teams/red/uploads/j1/x/blobs/y.onnx"))["upload/model.onnx"]

    assert not found.is_blob


@pytest.mark.parametrize(
    "source",
    [
        "teams/blue/uploads/j1/form/0",
        f"teams/blue/blobs/sha256/{DIGEST}",
        "teams/red/uploads/j2/form/0",
        "teams/red/uploads/j1x/form/0",
        "teams/red/manifests/model/m.json",
        "teams/red/uploads/j1/../../../blue/x",
        "identity/tokens/x.json",
        "/etc/passwd",
        "../x",
        "",
        "m.onnx",
        DIGEST.upper(),
        DIGEST + "\n",
    ],
)
def test_anything_else_is_refused_by_the_inputs_name_without_saying_where_it_points(source: str) -> None:
    with pytest.raises(ForeignInput) as refused:
        sources(job(), launch(source))

    assert refused.value.detail.startswith("upload/model.onnx: ")
    assert not source or source not in refused.value.detail


@given(st.text(max_size=80))
def test_no_text_at_all_leads_out_of_the_team(source: str) -> None:
    try:
        found = sources(job(), launch(source))["upload/model.onnx"]
    except ForeignInput:
        return
    assert found.key.startswith(("teams/red/uploads/j1/", "teams/red/blobs/sha256/"))
    assert ".." not in found.key.split("/")


@pytest.mark.parametrize("name", ["../x", "upload/../../x", "/etc/passwd", "upload//x", "./x", ".", "", "a/./b"])
def test_an_input_lies_below_the_runs_inputs(name: str) -> None:
    with pytest.raises(ForeignInput):
        sources(job(), replace(launch(DIGEST), inputs={name: DIGEST}))


@given(st.text(max_size=40))
def test_no_name_at_all_leads_out_of_the_inputs(name: str) -> None:
    try:
        sources(job(), replace(launch(DIGEST), inputs={name: DIGEST}))
    except ForeignInput:
        return
    assert Path("/run/inputs") in Path(os.path.normpath(Path("/run/inputs") / name)).parents


def test_every_input_is_asked() -> None:
    two = replace(launch(DIGEST), inputs={"a": DIGEST, "b": "teams/blue/uploads/j1/form/0"})

    with pytest.raises(ForeignInput, match="b: "):
        sources(job(), two)
