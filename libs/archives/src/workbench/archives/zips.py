"""Zip archives, read in place. The sender wrote their table of contents: nothing in it is believed."""

from __future__ import annotations

import stat
import zipfile
import zlib
from functools import partial
from typing import IO

from workbench.archives.entries import BrokenArchive, Entries, UnsafeUpload
from workbench.archives.zip_names import NOT_UTF8, entry_name

_ENCRYPTED = 0x1
_NAME_IS_UTF8 = 0x800
# LZMA and bzip2 may ask for gigabytes of dictionary, and no common tool packs photos with them.
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# The numbers are those of the zip specification (APPNOTE, 4.4.5).
_METHOD_NAMES = {
    9: "Deflate64, as Windows Explorer does above 2 GB",
    12: "bzip2",
    14: "LZMA",
    93: "Zstandard",
    95: "XZ",
    98: "PPMd",
}


def gather(file: IO[bytes], archive_name: str, entries: Entries) -> None:
    """Note every entry; ``file`` must stay open while they are read. Raises BrokenArchive, UnsafeUpload."""
    archive = _open(file, archive_name)
    for info in archive.infolist():
        name = _name(info)
        _check_kind(info, name)
        if name.endswith(("/", "\\")):
            entries.add_folder(name)
        else:
            entries.add_file(name, info.file_size, partial(_read, archive, info, name), partial(archive.open, info))


def _open(file: IO[bytes], archive_name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except UnicodeDecodeError as wrong:
        name = wrong.object.decode("utf-8", "backslashreplace")
        raise UnsafeUpload(name, NOT_UTF8) from None
    # A damaged table of contents also ends in struct.error, OverflowError, NotImplementedError …
    except Exception as damage:
        raise BrokenArchive(archive_name, f"the zip archive is damaged or cut short ({damage})") from None


def _name(info: zipfile.ZipInfo) -> str:
    # orig_filename: zipfile cuts ``filename`` at a NUL, so that "a.jpg\0.exe" would pass for a photo.
    return entry_name(info.orig_filename, info.extra, marked=bool(info.flag_bits & _NAME_IS_UTF8))


def _check_kind(info: zipfile.ZipInfo, name: str) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise UnsafeUpload(name, "a link; only files and folders are taken")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnsafeUpload(name, "a device or pipe; only files and folders are taken")
    if info.flag_bits & _ENCRYPTED:
        raise BrokenArchive(name, "the entry is encrypted; pack it without a password")
    if info.compress_type not in _METHODS:
        method = _METHOD_NAMES.get(info.compress_type, f"the zip method {info.compress_type}")
        raise BrokenArchive(
            name,
            f"packed with {method}; stored and deflated entries are read: pack it again with the "
            "method Deflate (7-Zip: -mm=Deflate), or as a tar",
        )


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    try:
        with archive.open(info) as file:
            # With the size, never read(): that would inflate whatever the stream holds before cutting it.
            data = file.read(info.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as damage:
        raise BrokenArchive(name, f"the entry is damaged ({damage or type(damage).__name__})") from None
    if len(data) != info.file_size:
        raise BrokenArchive(name, f"the entry holds {len(data)} bytes but claims {info.file_size}")
    return data
