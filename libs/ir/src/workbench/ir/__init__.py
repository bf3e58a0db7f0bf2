"""What OpenVINO can say about a model: inputs, operations, weights, arithmetic."""

from workbench.ir.describe import describe
from workbench.ir.files import file_digest
from workbench.ir.formats import format_of
from workbench.ir.memory import LARGEST_TENSOR_BYTES, TooLarge, refuse_too_large
from workbench.ir.names import identities, settle_names
from workbench.ir.read import Unreadable, UnsupportedOperations, one_line, read
from workbench.ir.refusals import BrokenModel, MissingFile, UnsafeFile
from workbench.ir.save import save
from workbench.ir.tensors import partial_shape, shape_json, tensor_json, tensor_name
from workbench.ir.told import tell

__all__ = [
    "LARGEST_TENSOR_BYTES",
    "BrokenModel",
    "MissingFile",
    "TooLarge",
    "Unreadable",
    "UnsafeFile",
    "UnsupportedOperations",
    "describe",
    "file_digest",
    "format_of",
    "identities",
    "one_line",
    "partial_shape",
    "read",
    "refuse_too_large",
    "save",
    "settle_names",
    "shape_json",
    "tell",
    "tensor_json",
    "tensor_name",
]
