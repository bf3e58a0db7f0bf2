"""PyTorch's exported programs (.pt2): read without PyTorch, and written anew without anything that loading would run.

The archive is made for whoever trusts it. Pickles lie in it for sample inputs, for weights with ``use_pickle`` and for
constants that are objects; and PyTorch evaluates the expressions of open sizes, follows the names of operations
to any attribute of its modules, runs guards and loads compiled code. None of it is needed to convert a network.

What is copied is written from what was understood: the graph, and weights and constants as plain numbers. Sample
inputs, guards and metadata are left out; a program that cannot do without the rest is refused.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workbench.ir.refusals import BrokenModel, UnsafeFile

# Operations that are registered with PyTorch, not attributes of its modules; sizes are computed by the others. What an
# export puts in by itself begins with an underscore, such as a check wherever a type is given; `_dir` is no operation.
_OPERATION = re.compile(
    r"torch\.ops\.(aten|prim|prims|quantized_decomposed|torchvision)\.(?!_dir\b)_?[a-z]\w*(\.[a-zA-Z]\w*)?|"
    r"torch\.sym_[a-z]+|math\.[a-z]+|_operator\.(add|sub|mul|floordiv|truediv|mod|pow|neg|pos|abs|ge|"
    r"le|gt|lt|eq|ne|and_|or_|not_|getitem)"
)
_TOUCHES_FILES = "torch.ops.aten.from_file"
_WORD = re.compile(r"[A-Za-z_]\w*")
_OF_SIZES = re.compile(
    r"(s|u|z|zuf|zf)\d+|Max|Min|Mod|PythonMod|FloorDiv|CleanDiv|CeilToInt|FloorToInt|"
    r"Eq|Ne|Ge|Le|Gt|Lt|And|Or|Not|True|False|oo|int_oo"
)
_EXPRESSION = re.compile(r"[\w\s+\-*/(),.%<>=&|~]{1,500}")
_CONTAINERS = {None, "builtins.tuple", "builtins.list", "builtins.dict"}
_KEPT = ("graph_module", "opset_version", "range_constraints", "schema_version", "verifiers", "torch_version")
_PAYLOAD = {"weights": re.compile(r"weight_\d+"), "constants": re.compile(r"tensor_\d+")}
_FILES = ("archive_format", "archive_version", "byteorder", ".data/version")
_LARGEST_JSON = 256 * 2**20
_AGAIN = "Save it again: `torch.export.save(torch.export.export(model.eval(), (x,)), 'model.pt2')`."


class _Archive:
    """The entries of one program by their names below its folder."""

    def __init__(self, path: Path, called: str) -> None:
        self.called = called
        try:
            self._zip = zipfile.ZipFile(path)
        except Exception as error:
            raise self.broken(f"it is no whole archive: {error}") from error
        entries = {info.filename.partition("/")[2]: info for info in self._zip.infolist()}
        self.entries = {name: info for name, info in entries.items() if name and not name.endswith("/")}
        models = [name for name in self.entries if name.startswith("models/") and name.endswith(".json")]
        if len(models) != 1:
            raise self.broken(f"it holds {len(models)} programs, and one is what is read here")
        self.name = models[0].removeprefix("models/").removesuffix(".json")

    def broken(self, why: str) -> BrokenModel:
        return BrokenModel(f"{self.called}: {why}. {_AGAIN}", file=self.called)

    def unsafe(self, what: str) -> UnsafeFile:
        return UnsafeFile(
            f"{self.called}: {what}, which loading it would run; nothing of it was. {_AGAIN}", file=self.called
        )

    def read(self, name: str) -> bytes:
        if name not in self.entries:
            raise self.broken(f"{name} is missing in it")
        try:
            return self._zip.read(self.entries[name])
        except Exception as error:
            raise self.broken(f"{name} in it is damaged: {error}") from error

    def json(self, name: str) -> dict[str, Any]:
        if name in self.entries and self.entries[name].file_size > _LARGEST_JSON:
            raise self.broken(f"{name} in it is larger than any graph")
        try:
            document = json.loads(self.read(name))
        except (ValueError, RecursionError) as error:
            raise self.broken(f"{name} in it is no JSON that can be read: {error}") from error
        if not isinstance(document, dict):
            raise self.broken(f"{name} in it is no description")
        return document


def copy(path: Path, called: str, folder: Path) -> Path:
    """``folder/model.pt2``, with nothing in it that would run. Raises UnsafeFile or BrokenModel."""
    archive = _Archive(path, called)
    if any(name.startswith("data/aotinductor/") for name in archive.entries):
        raise archive.unsafe("it holds compiled code")
    graph = _graph(archive)
    target = folder / "model.pt2"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for name in _FILES:
            made.writestr(f"model/{name}", archive.read(name))
        made.writestr("model/models/model.json", json.dumps(graph))
        made.writestr("model/data/sample_inputs/model.pt", b"")
        for kind in _PAYLOAD:
            config, names = _payload(archive, kind)
            made.writestr(f"model/data/{kind}/model_{kind}_config.json", json.dumps({"config": config}))
            for name in names:
                made.writestr(f"model/data/{kind}/{name}", archive.read(f"data/{kind}/{name}"))
    return target


def _payload(archive: _Archive, kind: str) -> tuple[dict[str, Any], list[str]]:
    """What is said of the weights or constants, and the files that hold them, all plain numbers."""
    config = archive.json(f"data/{kind}/{archive.name}_{kind}_config.json").get("config")
    if not isinstance(config, dict):
        raise archive.broken(f"it does not say where its {kind} are")
    names = dict[str, None]()
    for name, payload in config.items():
        file = payload.get("path_name") if isinstance(payload, dict) else None
        if not isinstance(file, str) or payload.get("use_pickle") is not False or not _PAYLOAD[kind].fullmatch(file):
            raise archive.unsafe(f"'{name[:80]}' in its {kind} is a pickle")
        names[file] = None
        _check_strings(archive, payload)
    return config, list(names)


def _graph(archive: _Archive) -> dict[str, Any]:
    whole = archive.json(f"models/{archive.name}.json")
    graph = {name: whole[name] for name in _KEPT if name in whole}
    _check_strings(archive, graph)
    for called in graph.get("graph_module", {}).get("module_call_graph", []):
        signature = (called.get("signature") if isinstance(called, dict) else None) or {}
        for spec in ("in_spec", "out_spec"):
            _check_structure(archive, signature.get(spec))
    return graph


def _check_strings(archive: _Archive, document: Any) -> None:
    """Raises UnsafeFile for an expression or an operation that is more than that; takes metadata out."""
    for each in _dictionaries(document):
        expression, target = each.get("expr_str"), each.get("target")
        if expression is not None and not _is_of_sizes(expression):
            raise archive.unsafe(f"it has {str(expression)[:80]!r} for a size")
        if target is not None and not _is_operation(target):
            raise archive.unsafe(f"it has {str(target)[:80]!r} for an operation, which is none of PyTorch's own")
        if "metadata" in each:
            each["metadata"] = {}


def _is_of_sizes(text: object) -> bool:
    return (
        isinstance(text, str)
        and _EXPRESSION.fullmatch(text) is not None
        and all(_OF_SIZES.fullmatch(word) for word in _WORD.findall(text))
    )


def _is_operation(text: object) -> bool:
    return isinstance(text, str) and _OPERATION.fullmatch(text) is not None and not text.startswith(_TOUCHES_FILES)


def _check_structure(archive: _Archive, text: object) -> None:
    """Of its inputs and outputs: tuples, lists and dictionaries of tensors; a class of its own would be looked up."""
    if text is None:
        return
    try:
        tree = json.loads(str(text))
    except (ValueError, RecursionError) as error:
        raise archive.broken("the structure of its inputs cannot be read") from error
    for each in _dictionaries(tree):
        if each.get("type") not in _CONTAINERS:
            raise archive.unsafe(f"it takes or gives an object of the class {str(each.get('type'))[:80]!r}")


def _dictionaries(document: Any) -> Iterator[dict[str, Any]]:
    left = [document]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            yield each
            left += each.values()
        elif isinstance(each, list):
            left += each


def described(path: Path, called: str) -> dict[str, Any]:
    """``inputs`` and ``outputs`` by name, with what is known of their shapes, as the file itself tells."""
    archive = _Archive(path, called)
    module = archive.json(f"models/{archive.name}.json").get("graph_module") or {}
    values = (module.get("graph") or {}).get("tensor_values") or {}
    signature = module.get("signature") or {}
    return {
        "inputs": list(_tensors(signature.get("input_specs"), "user_input", values)),
        "outputs": list(_tensors(signature.get("output_specs"), "user_output", values)),
    }


def _tensors(specs: Any, kind: str, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for spec in specs if isinstance(specs, list) else []:
        argument = ((spec.get(kind) or {}).get("arg") or {}).get("as_tensor") if isinstance(spec, dict) else None
        if isinstance(argument, dict) and isinstance(name := argument.get("name"), str):
            sizes = (values.get(name) or {}).get("sizes") or []
            yield {"name": name, "shape": [_size(size) for size in sizes]}


def _size(size: Any) -> int:
    known = size.get("as_int") if isinstance(size, dict) else None
    return known if isinstance(known, int) else -1
