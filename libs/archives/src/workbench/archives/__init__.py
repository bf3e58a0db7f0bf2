"""How an upload is read: from an archive or a folder to entries that are safe to open."""

from workbench.archives.entries import BrokenArchive, Entries, Entry, Limits, UnsafeUpload
from workbench.archives.unpack import opened

__all__ = ["BrokenArchive", "Entries", "Entry", "Limits", "UnsafeUpload", "opened"]
