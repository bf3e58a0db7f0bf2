"""Weights become a program of PyTorch's: ``python weights.py WEIGHTS OUT.pt2``, by this environment's own interpreter.

Beside the weights lies ``architecture.json``, which names the network of timm or torchvision that they belong to. Only
numbers are read of the weights: safetensors hold nothing else, and of a pickle PyTorch is told to take nothing else.
The last line on stderr says why they were refused.
"""

from __future__ import annotations

import difflib
import json
import os
from pathlib import Path
from typing import Any

os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
import safetensors.torch
import timm
import torch
import torchvision
from converting import convert

_NAMED = 5
_WRAPPED = ("state_dict", "model", "model_state_dict")  # what trainers call it among what else they keep
_OF_PARALLEL = "module."
_OF_TRAINING = "num_batches_tracked"  # which many leave out


class NotFilled(Exception):
    """Why the weights make no program, for a person."""


def main(source: Path, target: Path) -> None:
    """Raises NotFilled, and what PyTorch raises."""
    told = json.loads((source.parent / "architecture.json").read_bytes())
    network, shape = _network(told)
    _fill(network, _weights(source), told["architecture"])
    with torch.no_grad():
        program = torch.export.export(network.eval(), (torch.zeros(told.get("input_shape") or shape),))
    torch.export.save(program, target)


def _network(told: dict[str, Any]) -> tuple[torch.nn.Module, list[int]]:
    """With weights of its own making, and the shape of a picture that it takes."""
    library, _, name = told["architecture"].partition(":")
    options = {"num_classes": told["num_classes"]} if told.get("num_classes") else {}
    if library == "timm":
        _refuse_unknown(name, timm.list_models(), library)
        network = timm.create_model(name, pretrained=False, **options)
        return network, [1, *network.default_cfg.get("input_size", (3, 224, 224))]
    _refuse_unknown(name, torchvision.models.list_models(), library)
    return torchvision.models.get_model(name, weights=None, **options), [1, 3, 224, 224]


def _refuse_unknown(name: str, names: list[str], library: str) -> None:
    if name not in names:
        alike = ", ".join(difflib.get_close_matches(name, names, _NAMED)) or "none that is called nearly so"
        raise NotFilled(f"{library} has no network '{name[:100]}'; it has {alike}")


def _weights(source: Path) -> dict[str, torch.Tensor]:
    if source.suffix == ".safetensors":
        return safetensors.torch.load_file(source)
    found = torch.load(source, map_location="cpu", weights_only=True)
    for name in _WRAPPED:
        if isinstance(found, dict) and isinstance(found.get(name), dict):
            found = found[name]
    if not isinstance(found, dict) or not all(isinstance(each, torch.Tensor) for each in found.values()):
        raise NotFilled("it is no state dict: `torch.save(model.state_dict(), 'model.pth')` writes one")
    parallel = all(name.startswith(_OF_PARALLEL) for name in found)
    return {name.removeprefix(_OF_PARALLEL): each for name, each in found.items()} if parallel else found


def _fill(network: torch.nn.Module, weights: dict[str, torch.Tensor], called: str) -> None:
    own = network.state_dict()
    own = {name: each for name, each in own.items() if not name.endswith(_OF_TRAINING) or name in weights}
    missing, unexpected = [name for name in own if name not in weights], [name for name in weights if name not in own]
    other = [
        f"{name} {list(weights[name].shape)} for {list(own[name].shape)}"
        for name in own
        if name in weights and weights[name].shape != own[name].shape
    ]
    found = (("missing", missing), ("unexpected", unexpected), ("of another shape", other))
    wrong = [f"{len(names)} {what} ({_some(names)})" for what, names in found if names]
    if wrong:
        raise NotFilled(f"they are not weights of {called}: {'; '.join(wrong)}")
    network.load_state_dict(weights, strict=False)


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


if __name__ == "__main__":
    convert(main)
