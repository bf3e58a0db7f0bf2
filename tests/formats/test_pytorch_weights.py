"""Weights of networks that timm and torchvision have: read as numbers, filled into the network that is named."""

from __future__ import annotations

import json
import pickle
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from workbench.ir import BrokenModel
from workbench.ir.environments import EnvironmentMissing, NotConverted
from workbench.model_registry.values import NotTaken
from workbench.runner.core import Refusal
from workbench.runner.environments import interpreter_of

Refused = Callable[[], Refusal]
# What the networks compute on one input, by their own framework, written beside their weights.
MADE = """
import sys, numpy as np, safetensors.torch, timm, torch, torchvision
folder = sys.argv[1]
torch.manual_seed(0)
for name, network, size in (("resnet", timm.create_model("test_resnet", pretrained=False, num_classes=7), 160),
                            ("squeeze", torchvision.models.squeezenet1_1(weights=None), 96)):
    network.eval()
    picture = torch.rand(1, 3, size, size)
    with torch.no_grad():
        np.savez(f"{folder}/{name}.npz", picture=picture.numpy(), scores=network(picture).numpy())
    if name == "resnet":
        state = {key: value for key, value in network.state_dict().items() if "num_batches_tracked" not in key}
        safetensors.torch.save_file(state, f"{folder}/resnet.safetensors")
    else:
        state = {f"module.{key}": value for key, value in network.state_dict().items()}
        torch.save({"epoch": 3, "state_dict": state}, f"{folder}/squeeze.pth")
"""
RESNET = {"architecture": "timm:test_resnet", "num_classes": 7}
SQUEEZE = {"architecture": "torchvision:squeezenet1_1", "input_shape": [1, 3, 96, 96]}


class Touches:
    """A pickle that leaves a file where it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """A folder with both networks' weights, made by the environment's interpreter once."""
    folder = tmp_path_factory.mktemp("weights")

    def make(environment: Path) -> Path:
        if not (folder / "squeeze.pth").exists():
            subprocess.run([interpreter_of(environment), "-c", MADE, folder], check=True, timeout=300)
        return folder

    return make


def lay(upload: Path, name: str, content: bytes, told: Any = RESNET) -> None:
    (upload / name).write_bytes(content)
    (upload / "architecture.json").write_text(json.dumps(told))


@pytest.mark.parametrize(("file", "told"), [("resnet.safetensors", RESNET), ("squeeze.pth", SQUEEZE)])
def test_weights_of_a_named_network_compute_what_the_network_does(
    architectures: Path,
    made: Callable[[Path], Path],
    upload: Path,
    imported: Callable[[], dict[str, Any]],
    converted: Callable[..., Any],
    file: str,
    told: dict[str, Any],
) -> None:
    folder = made(architectures)
    lay(upload, file, (folder / file).read_bytes(), told)

    source = imported()
    facts, written = converted("model.pt2")

    assert (source["format"], source["main_file"], source["architecture"]) == (
        "pytorch",
        "model.pt2",
        told["architecture"],
    )
    assert source["source_files"] == ["architecture.json", file]
    assert facts["conversion"]["checked"]["verdict"] == "alike"
    with np.load(folder / f"{Path(file).stem}.npz") as known:
        scores = ov.Core().compile_model(written, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(known["picture"])[0]
        assert np.abs(scores - known["scores"]).max() < 1e-4


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another network": (
        {"architecture": "timm:test_vit"},
        r"they are not weights of timm:test_vit: \d+ missing "
        r"\(cls_token, .*\); \d+ unexpected \(.*conv1",
    ),
    "other classes": (
        {"architecture": "timm:test_resnet"},
        r"2 of another shape \(fc.weight \[7, (\d+)\] for \[1000, \1\]",
    ),
    "no network": ({"architecture": "timm:tset_resnet"}, r"timm has no network 'tset_resnet'; it has test_resnet"),
    "a hub's": ({"architecture": "timm:hf-hub"}, r"timm has no network 'hf-hub'"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_network_is_told_with_what_does_not_fit(
    architectures: Path, made: Callable[[Path], Path], upload: Path, refusal: Refused, what: str
) -> None:
    told, words = WRONG[what]
    lay(upload, "net.safetensors", (made(architectures) / "resnet.safetensors").read_bytes(), told)

    refused = refusal()

    assert isinstance(refused, NotConverted)
    with pytest.raises(NotConverted, match=words):
        raise refused


def pickled(what: object) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("net/data.pkl", pickle.dumps(what, 2))
            archive.writestr("net/version", "3")

    return write


def test_a_pickle_that_calls_itself_weights_is_refused_and_never_run(
    architectures: Path, upload: Path, refusal: Refused, tmp_path: Path
) -> None:
    harm = tmp_path / "harm"
    lay(upload, "net.pth", b"")
    pickled({"weight": Touches(harm)})(upload / "net.pth")

    refused = refusal()

    assert isinstance(refused, NotConverted)
    assert "Weights only load failed" in str(refused)
    assert not harm.exists()


EMPTY = struct.pack("<Q", 2) + b"{}"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"architecture": "resnet18"}, "Must be timm:NAME or torchvision:NAME"),
        ({}, "architecture"),
        ([], "Must be a JSON object"),
        ({"architecture": "timm:resnet18", "input_shape": [0]}, "input_shape"),
        ({**RESNET, "code": "x"}, "code"),
        ({"architecture": "timm:../../etc/passwd"}, "Must be"),
    ],
)
def test_an_architecture_that_says_nonsense_is_told_by_its_file(
    upload: Path, refusal: Refused, told: Any, words: str
) -> None:
    lay(upload, "net.safetensors", EMPTY, told)

    refused = refusal()

    assert isinstance(refused, BrokenModel)
    assert str(refused).startswith("architecture.json: ")
    assert words in str(refused)


def test_without_the_environment_it_is_told_what_to_install(upload: Path, refusal: Refused, nowhere: None) -> None:
    lay(upload, "net.safetensors", EMPTY)

    refused = refusal()

    assert isinstance(refused, EnvironmentMissing)
    assert "Run `workbench environments install torch`" in str(refused)


def test_without_an_architecture_the_refusal_says_that_one_may_be_named(upload: Path, refusal: Refused) -> None:
    (upload / "net.safetensors").write_bytes(EMPTY)

    refused = refusal()

    assert isinstance(refused, NotTaken)
    assert 'architecture.json beside them: {"architecture": "timm:resnet18"}' in str(refused)
