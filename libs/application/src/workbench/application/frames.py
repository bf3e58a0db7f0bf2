"""What a package is run on, picture by picture: image files, folders of them, videos, cameras.

Videos and cameras are read by PyAV, which a package installs only when asked to; all else needs Pillow alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from PIL import Image
from workbench.application import masks
from workbench.imaging.preparation import IMAGE_SUFFIXES
from workbench.imaging.preprocess import decode

VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".ts", ".wmv"})

_CAMERA = re.compile(r"camera:(\d{1,3})")
_DEVICE = "/dev/video"

Look = Callable[[bytes], Image.Image]


@dataclass(frozen=True)
class Frame:
    """``name``: what it is called to people; ``stem``: of a file made of it. ``picture``: raises OSError and ValueError
    in words. ``mask``: a picture of a mask that lies beside it, None where none does.
    """

    name: str
    stem: str
    picture: Callable[[], Image.Image]
    mask: Path | None = None


def frames(
    given: str, every: int = 1, most: int | None = None, look: Look = decode, *, masked: bool = False
) -> Iterator[Frame]:
    """Of an image, a folder, a video, or ``camera:0`` and so on.

    Of videos and cameras each ``every``-th, and no more than ``most``. ``look``: makes a picture of an image file.
    ``masked``: masks that lie beside pictures are theirs, and no pictures themselves.
    Raises OSError and ValueError in words.
    """
    if camera := _CAMERA.fullmatch(given):
        device = f"{_DEVICE}{camera[1]}"
        _require_device(device)
        yield from islice(_decoded(device, given.replace(":", "-"), every, "v4l2"), most)
        return
    path = Path(given)
    if path.is_dir():
        yield from _folder(path, look, masked=masked)
    elif path.suffix.lower() in VIDEOS:
        with path.open("rb"):  # its reason is the system's, in the words that files have
            pass
        yield from islice(_decoded(str(path), path.stem, every), most)
    else:
        yield _file(path, look, masked=masked)


def _folder(folder: Path, look: Look, *, masked: bool) -> Iterator[Frame]:
    """The images in it, at any depth, by name."""
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file() and not (masked and masks.is_mask(path))
    )
    if not found:
        raise ValueError(f"no image lies in this folder ({', '.join(sorted(IMAGE_SUFFIXES))})")
    yield from (_file(path, look, masked=masked) for path in found)


def _file(path: Path, look: Look, *, masked: bool) -> Frame:
    return Frame(str(path), path.stem, lambda: look(path.read_bytes()), masks.beside(path) if masked else None)


def _decoded(source: str, stem: str, every: int, kind: str | None = None) -> Iterator[Frame]:
    """As they come. ``kind``: of a device; None: of a file, told by its content."""
    try:
        import av
    except ImportError:
        raise ValueError("videos and cameras need PyAV, which is not installed here: run install.sh --video") from None
    try:
        with av.open(source, format=kind) as container:
            if not container.streams.video:
                raise ValueError("there are no pictures in it")
            for number, frame in enumerate(container.decode(video=0)):
                if number % every == 0:
                    when = f", {frame.time:.2f} s" if frame.time is not None else ""
                    yield Frame(f"{source} frame {number}{when}", f"{stem}-{number:06d}", partial(_upright, frame))
    except av.error.FFmpegError as wrong:
        raise ValueError(f"not read as a {'camera' if kind else 'video'}: {wrong.strerror}") from None


def _upright(frame: object) -> Image.Image:
    """As a player shows it: phones turn what they film only when it is played."""
    picture: Image.Image = frame.to_image()  # type: ignore[attr-defined]  # PyAV's, which may not be installed
    return picture.rotate(frame.rotation, expand=True)  # type: ignore[attr-defined]


def _require_device(device: str) -> None:
    if not Path(device).exists():
        there = sorted(f"camera:{path.name.removeprefix('video')}" for path in Path("/dev").glob("video[0-9]*"))
        raise ValueError(f"there is no {device} here; there {'are ' + ', '.join(there) if there else 'is no camera'}")
