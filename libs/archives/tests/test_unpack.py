"""Archives and folders: what is read in place, and what is refused by the name of the entry."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from workbench.archives.entries import BrokenArchive, Limits, UnsafeUpload
from workbench.archives.unpack import opened

CONTENT = {"images/a.jpg": b"first" * 100, "images/b.jpg": b"second" * 100, "val.txt": b"a.jpg 0\n"}


@pytest.fixture
def contents(tmp_path: Path) -> Callable[..., dict[str, bytes]]:
    """``contents(archive)``: what a single uploaded file of these bytes holds."""

    def read(archive: bytes, limits: Limits | None = None) -> dict[str, bytes]:
        upload = tmp_path / "upload"
        upload.mkdir(exist_ok=True)
        (upload / "data.bin").write_bytes(archive)
        with opened(upload, tmp_path, limits or Limits()) as entries:
            found = {name: entry.read() for name, entry in entries.files.items()}
        assert sorted(path.name for path in tmp_path.iterdir()) == ["upload"], "nothing is left behind"
        return found

    return read


def _zip_with(name: str, *, mode: int = 0, data: bytes = b"x") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("images/good.jpg", b"good")
        info = zipfile.ZipInfo(name)
        info.filename = name
        info.external_attr = mode << 16
        archive.writestr(info, data)
    return file.getvalue()


def _zip_in(page: str, names: list[str], *, beside: bool = False, method: int = 0) -> bytes:
    """A zip as programs of Windows write it: names in a code page, the true ones ``beside`` in the field 0x7075."""
    body, table = b"", b""
    for name in names:
        raw, data = f"{name}/1.jpg".encode(page), b"picture"
        true = struct.pack("<BI", 1, zlib.crc32(raw)) + f"{name}/1.jpg".encode()
        extra = struct.pack("<HH", 0x7075, len(true)) + true if beside else b""
        fixed = struct.pack(
            "<HHHHHIIIHH", 20, 0, method, 0, 0x21, zlib.crc32(data), len(data), len(data), len(raw), len(extra)
        )
        offset = struct.pack("<HHHII", 0, 0, 0, 0x20, len(body))
        table += b"PK\x01\x02" + struct.pack("<H", 20) + fixed + offset + raw + extra
        body += b"PK\x03\x04" + fixed + raw + extra + data
    end = struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(table), len(body), 0)
    return body + table + b"PK\x05\x06" + end


def _special(name: str, kind: bytes, linkname: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, linkname
    return info


def test_a_zip_is_recognised_by_its_content(contents: Callable, zipped: Callable) -> None:
    assert contents(zipped(CONTENT)) == CONTENT


def test_a_stored_zip_is_read(contents: Callable, zipped: Callable) -> None:
    assert contents(zipped(CONTENT, zipfile.ZIP_STORED)) == CONTENT


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_is_recognised_by_its_content(contents: Callable, tarred: Callable, mode: str) -> None:
    assert contents(tarred(CONTENT, mode)) == CONTENT


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_style_of_tar_is_read(contents: Callable, style: int) -> None:
    file = io.BytesIO()
    name = "/".join(["folder"] * 20) + "/猫.jpg"
    with tarfile.open(fileobj=file, mode="w", format=style) as archive:
        info = tarfile.TarInfo(name)
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))

    assert contents(file.getvalue()) == {name: b"abc"}


def test_folders_of_an_archive_are_noted_even_when_empty(tmp_path: Path, tarred: Callable) -> None:
    (tmp_path / "up").mkdir()
    (tmp_path / "up" / "a.tar").write_bytes(tarred({"./": b"", "./cats/": b"", "./dogs/1.jpg": b"x"}))

    with opened(tmp_path / "up", tmp_path) as entries:
        assert "cats" in entries.folders


def test_a_zip_packed_on_windows_has_ordinary_folders(contents: Callable) -> None:
    assert contents(_zip_with("images\\b.jpg")) == {"images/good.jpg": b"good", "images/b.jpg": b"x"}


def test_a_zip_with_utf8_names_that_are_not_marked_so_is_read(contents: Callable) -> None:
    marked = _zip_with("images/ü.jpg")

    assert "images/ü.jpg" in contents(_clear_utf8_flags(marked))


def test_a_folder_is_taken_as_it_lies(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "cats" / "1.jpg").write_bytes(b"meow")
    (tmp_path / "note.txt").write_bytes(b"hello")

    with opened(tmp_path, tmp_path.parent) as entries:
        assert {name: entry.read() for name, entry in entries.files.items()} == {
            "cats/1.jpg": b"meow",
            "note.txt": b"hello",
        }
        assert entries.folders == {"cats", "empty"}


def test_a_single_file_that_is_no_archive_is_a_folder_of_one(contents: Callable) -> None:
    picture = b"\xff\xd8\xff\xe0" + os.urandom(900)

    assert contents(picture) == {"data.bin": picture}


def test_an_archive_among_other_files_is_not_opened(tmp_path: Path, zipped: Callable) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(CONTENT))
    (tmp_path / "b.jpg").write_bytes(b"x")

    with opened(tmp_path, tmp_path.parent) as entries:
        assert sorted(entries.files) == ["a.zip", "b.jpg"]


def test_an_empty_zip_and_an_empty_tar_hold_nothing(contents: Callable, zipped: Callable, tarred: Callable) -> None:
    assert contents(zipped({})) == {}
    assert contents(tarred({})) == {}


@pytest.mark.parametrize("name", ["../evil.jpg", "a/../../evil.jpg", "/etc/evil.jpg", "C:\\evil.jpg", "e\x07vil.jpg"])
def test_a_zip_entry_that_leads_outside_is_refused_by_name(contents: Callable, name: str) -> None:
    with pytest.raises(UnsafeUpload, match=r"vil\.jpg: "):
        contents(_zip_with(name))


@pytest.mark.parametrize("name", ["../evil.jpg", "a/../../evil.jpg", "/etc/evil.jpg", "C:\\evil.jpg", "e\x07vil.jpg"])
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_entry_that_leads_outside_is_refused_by_name(
    contents: Callable, tarred: Callable, name: str, mode: str
) -> None:
    with pytest.raises(UnsafeUpload, match=r"vil\.jpg: "):
        contents(tarred({"images/a.jpg": b"x", name: b"y"}, mode))


def test_a_zip_entry_named_with_nul_is_refused(contents: Callable) -> None:
    archive = _zip_with("a.jpgX.exe").replace(b"a.jpgX.exe", b"a.jpg\0.exe")

    with pytest.raises(UnsafeUpload, match=r"a\.jpg\\x00\.exe: .*U\+0000"):
        contents(archive)


@pytest.mark.parametrize(
    "mode",
    [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644, stat.S_IFCHR | 0o644, stat.S_IFBLK | 0o644, stat.S_IFSOCK | 0o644],
)
def test_a_zip_entry_that_is_a_link_or_device_is_refused(contents: Callable, mode: int) -> None:
    with pytest.raises(UnsafeUpload, match=r"odd\.jpg: a (link|device)"):
        contents(_zip_with("odd.jpg", mode=mode, data=b"/etc/passwd"))


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.FIFOTYPE,
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.GNUTYPE_SPARSE,
        tarfile.CONTTYPE,
    ],
)
def test_a_tar_entry_that_is_a_link_or_device_is_refused(contents: Callable, tarred: Callable, kind: bytes) -> None:
    with pytest.raises(UnsafeUpload, match=r"odd\.jpg: a (link|device|sparse)"):
        contents(tarred(CONTENT, extra=(_special("odd.jpg", kind, "images/a.jpg"),)))


def test_a_link_in_a_folder_is_refused_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to("/etc/passwd")

    with pytest.raises(UnsafeUpload, match=r"a\.jpg: a link"), opened(tmp_path, tmp_path.parent):
        pass


def test_a_linked_folder_is_refused_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "all").symlink_to("/")

    with pytest.raises(UnsafeUpload, match="all: a link"), opened(tmp_path, tmp_path.parent):
        pass


def test_a_pipe_in_a_folder_is_refused_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")

    with pytest.raises(UnsafeUpload, match=r"a\.jpg: a link, device or pipe"), opened(tmp_path, tmp_path.parent):
        pass


def test_two_zip_entries_of_one_name_are_refused(contents: Callable) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = _zip_with("images/good.jpg")

    with pytest.raises(UnsafeUpload, match=r"images/good\.jpg: there are two"):
        contents(archive)


def test_two_tar_entries_of_one_name_are_refused(contents: Callable, tarred: Callable) -> None:
    with pytest.raises(UnsafeUpload, match=r"images/a\.jpg: there are two"):
        contents(tarred({"images/a.jpg": b"1", "./images/a.jpg": b"2"}))


def test_a_zip_name_in_another_code_page_is_refused(contents: Callable) -> None:
    archive = _zip_with("Xbung.jpg").replace(b"Xbung.jpg", b"\xdcbung.jpg")

    with pytest.raises(UnsafeUpload, match="not UTF-8"):
        contents(archive)


def test_a_zip_name_that_lies_about_being_utf8_is_refused_by_name(contents: Callable) -> None:
    archive = _zip_with("übung.jpg").replace("ü".encode(), b"\xdc\xdc")

    with pytest.raises(UnsafeUpload, match=r"bung\.jpg: the name is not UTF-8"):
        contents(archive)


def test_a_tar_name_that_is_not_utf8_is_refused(contents: Callable) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT, encoding="latin-1") as archive:
        archive.addfile(tarfile.TarInfo("übung.jpg"))

    with pytest.raises(UnsafeUpload, match=r"bung\.jpg: the name is not UTF-8"):
        contents(file.getvalue())


@pytest.mark.parametrize(
    ("page", "names", "beside"),
    [
        ("cp437", ["grün", "weiß", "Ångström"], False),
        ("cp850", ["grün", "niño", "café"], False),
        ("cp437", ["grün", "rot"], True),
        ("gbk", ["红色", "绿色"], True),
        ("cp932", ["赤", "緑"], True),
    ],
)
def test_a_zip_of_a_local_code_page_has_the_names_its_writer_saw(
    contents: Callable, page: str, names: list[str], beside: bool
) -> None:
    assert list(contents(_zip_in(page, names, beside=beside))) == [f"{name}/1.jpg" for name in names]


@pytest.mark.parametrize("page", ["cp932", "gbk", "cp1251"])
def test_a_name_whose_code_page_nothing_tells_is_refused_with_the_way_out(contents: Callable, page: str) -> None:
    names = ["Кот"] if page == "cp1251" else ["赤"]

    with pytest.raises(UnsafeUpload, match=r"/1\.jpg: the name is not UTF-8; pack it again with UTF-8 names"):
        contents(_zip_in(page, names))


def test_a_true_name_that_belongs_to_another_entry_does_not_count(contents: Callable) -> None:
    archive = _zip_in("gbk", ["红"], beside=True)
    checksum = struct.pack("<I", zlib.crc32("红/1.jpg".encode("gbk")))

    with pytest.raises(UnsafeUpload, match="not UTF-8"):
        contents(archive.replace(checksum, b"\0\0\0\0"))


def test_deflate64_is_refused_with_who_writes_it_and_the_way_out(contents: Callable) -> None:
    with pytest.raises(BrokenArchive, match=r"a/1\.jpg: packed with Deflate64, as Windows Explorer .*-mm=Deflate"):
        contents(_zip_in("ascii", ["a"], method=9))


def test_the_empty_icon_of_a_folder_of_a_mac_is_passed_over(contents: Callable, zipped: Callable) -> None:
    assert contents(zipped({"cats/Icon\r": b"", **CONTENT})) == CONTENT
    with pytest.raises(UnsafeUpload, match=r"cats/Icon\\r: .*U\+000D; rename it, or leave it out"):
        contents(zipped({"cats/Icon\r": b"not empty"}))


def test_an_encrypted_zip_entry_is_refused_by_name(contents: Callable, zipped: Callable) -> None:
    archive = bytearray(zipped({"secret.jpg": b"x"}))
    archive[archive.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(BrokenArchive, match=r"secret\.jpg: the entry is encrypted"):
        contents(bytes(archive))


def test_a_rare_zip_compression_is_refused_by_name(contents: Callable, zipped: Callable) -> None:
    with pytest.raises(BrokenArchive, match=r"images/a\.jpg: packed with LZMA; .* as a tar"):
        contents(zipped(CONTENT, zipfile.ZIP_LZMA))


def test_a_damaged_zip_entry_is_refused_by_name(contents: Callable, zipped: Callable) -> None:
    archive = zipped(CONTENT, zipfile.ZIP_STORED).replace(b"secondsecond", b"secondSecond", 1)

    with pytest.raises(BrokenArchive, match=r"images/b\.jpg: the entry is damaged"):
        contents(archive)


def test_a_zip_entry_that_claims_less_than_it_holds_is_not_inflated_further(
    contents: Callable, zipped: Callable
) -> None:
    archive = bytearray(zipped({"bomb.bmp": bytes(10_000_000)}))
    struct.pack_into("<L", archive, archive.index(b"PK\x01\x02") + 24, 10)

    with pytest.raises(BrokenArchive, match=r"bomb\.bmp: the entry is damaged"):
        contents(bytes(archive))


def test_a_zip_entry_that_claims_more_than_it_holds_is_refused(contents: Callable, zipped: Callable) -> None:
    archive = bytearray(zipped({"short.bmp": b"x" * 100}))
    struct.pack_into("<L", archive, archive.index(b"PK\x01\x02") + 24, 1000)

    with pytest.raises(BrokenArchive, match=r"short\.bmp: "):
        contents(bytes(archive))


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.95])
def test_a_zip_that_is_cut_short_is_refused(contents: Callable, zipped: Callable, kept: float) -> None:
    archive = zipped(CONTENT)

    with pytest.raises(BrokenArchive, match="damaged or cut short"):
        contents(archive[: int(len(archive) * kept)])


def test_a_tar_cut_inside_an_entry_is_refused_by_name(contents: Callable, tarred: Callable) -> None:
    archive = tarred(CONTENT)
    second = archive.index(b"secondsecond")

    with pytest.raises(BrokenArchive, match=r"images/b\.jpg: "):
        contents(archive[: second + 100])


def test_a_tar_cut_exactly_between_two_entries_is_refused(contents: Callable, tarred: Callable) -> None:
    archive = tarred(CONTENT)
    second_header = archive.index(b"images/b.jpg")

    with pytest.raises(BrokenArchive, match=r"images/a\.jpg: after this entry"):
        contents(archive[:second_header])


def test_a_tar_with_a_damaged_second_header_is_not_taken_for_a_shorter_one(
    contents: Callable, tarred: Callable
) -> None:
    archive = bytearray(tarred(CONTENT))
    archive[archive.index(b"images/b.jpg") + 3] ^= 1

    with pytest.raises(BrokenArchive, match=r"images/a\.jpg: after this entry"):
        contents(bytes(archive))


@pytest.mark.parametrize("size", [-512, -1, 2**62])
def test_a_tar_entry_with_a_forged_size_is_refused(contents: Callable, tarred: Callable, size: int) -> None:
    forged = tarfile.TarInfo("forged.jpg")
    forged.size = size
    header = forged.tobuf(tarfile.GNU_FORMAT)

    with pytest.raises(BrokenArchive):
        contents(header + tarred(CONTENT))


def test_a_tar_with_a_huge_extended_header_is_refused_without_reading_it(contents: Callable) -> None:
    long_name = tarfile.TarInfo("././@LongLink")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, 2**40

    with pytest.raises(BrokenArchive, match="a header of"):
        contents(long_name.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))


@pytest.mark.parametrize("kept", [30, 0.5, -4])
def test_a_gzipped_tar_that_is_cut_short_is_refused(contents: Callable, tarred: Callable, kept: float) -> None:
    archive = tarred({"a.jpg": os.urandom(5000), "b.jpg": os.urandom(5000)}, "w:gz")
    cut = int(len(archive) * kept) if isinstance(kept, float) else kept

    with pytest.raises(BrokenArchive, match="damaged or cut short"):
        contents(archive[:cut])


def test_a_gzip_file_without_a_tar_inside_is_refused(contents: Callable) -> None:
    with pytest.raises(BrokenArchive, match="damaged or cut short"):
        contents(gzip.compress(b"\xff\xd8\xff\xe0" + os.urandom(900)))


def test_a_zip_bomb_is_refused_before_it_is_inflated(contents: Callable, zipped: Callable) -> None:
    bomb = zipped({f"{number}.bmp": bytes(1_000_000) for number in range(4)})

    with pytest.raises(UnsafeUpload, match=r"\d\.bmp: .*bomb"):
        contents(bomb, Limits(harmless_bytes=1_500_000))


def test_a_gzip_bomb_is_refused_while_it_is_inflated(contents: Callable, tarred: Callable) -> None:
    bomb = tarred({"big.bmp": bytes(20_000_000)}, "w:gz")

    with pytest.raises(UnsafeUpload, match="bomb"):
        contents(bomb, Limits(harmless_bytes=1_500_000))


def test_a_gzip_stream_larger_than_the_limit_is_refused(contents: Callable, tarred: Callable) -> None:
    with pytest.raises(UnsafeUpload, match="at most 100000 are taken"):
        contents(tarred({"big.bmp": os.urandom(200_000)}, "w:gz"), Limits(expanded_bytes=100_000))


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07\x01", "RAR"), (b"\xfd7zXZ\x00", "xz"), (b"BZh91AY", "bzip2")],
)
def test_an_archive_of_a_kind_that_is_not_read_is_refused_by_its_kind(
    contents: Callable, start: bytes, kind: str
) -> None:
    with pytest.raises(BrokenArchive, match=rf"data\.bin: a {kind} archive; zip, tar and tar\.gz are read"):
        contents(start + bytes(1000))


def _clear_utf8_flags(archive: bytes) -> bytes:
    changed = bytearray(archive)
    for magic, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        at = changed.find(magic)
        while at >= 0:
            changed[at + offset] &= ~0x08
            at = changed.find(magic, at + 1)
    return bytes(changed)


def test_inflating_tells_how_much_of_the_archive_is_read(tmp_path: Path, tarred: Callable) -> None:
    (tmp_path / "up").mkdir()
    (tmp_path / "up" / "images.tar.gz").write_bytes(tarred({f"{n}.bmp": os.urandom(3 << 20) for n in range(3)}, "w:gz"))
    told: list[float] = []

    with opened(tmp_path / "up", tmp_path, tell=told.append):
        pass

    assert len(told) >= 9
    assert told == sorted(told)
    assert 0 < told[0] < 0.5
    assert told[-1] == pytest.approx(1.0, abs=0.02)
