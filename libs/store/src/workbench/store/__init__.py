"""Objects by key: streamed, ranged, crash-safe; and the immutable manifests among them."""

from workbench.store.files import FileStore
from workbench.store.keys import Keys
from workbench.store.manifests import File, Manifest, Manifests, content_digest
from workbench.store.port import (
    MAX_PARTS,
    NoRoom,
    ObjectInfo,
    ObjectMissing,
    OpenUpload,
    Part,
    PartMismatch,
    Store,
    StoreAway,
    StoreRefused,
    UploadMissing,
)

__all__ = [
    "MAX_PARTS",
    "File",
    "FileStore",
    "Keys",
    "Manifest",
    "Manifests",
    "NoRoom",
    "ObjectInfo",
    "ObjectMissing",
    "OpenUpload",
    "Part",
    "PartMismatch",
    "Store",
    "StoreAway",
    "StoreRefused",
    "UploadMissing",
    "content_digest",
]
