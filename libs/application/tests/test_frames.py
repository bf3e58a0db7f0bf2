"""What a package is run on: files, folders, videos and cameras, and the words for what is none of these."""

from __future__ import annotations

import builtins
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from workbench.application import frames as module
from workbench.application import masks
from workbench.application.frames import frames

LEVELS = [20, 60, 100, 140, 180, 220]


@pytest.fixture
def film(tmp_path: Path) -> Callable[..., Path]:
    """``film(name)``: six frames, five a second, each of one level and the left half darker."""

    def make(name: str = "a clip.mp4", size: tuple[int, int] = (64, 32)) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream("mpeg4", rate=5, options={"qscale": "1"})
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            for level in LEVELS:
                pixels = np.full((size[1], size[0], 3), level, np.uint8)
                pixels[:, : size[0] // 2] = level // 2
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
            container.mux(stream.encode())
        return path

    return make


def levels(found: Any) -> list[int]:
    """Of the right half of each picture."""
    return [round(float(np.asarray(each.picture())[:, 40:].mean())) for each in found]


@pytest.mark.parametrize("name", ["a clip.mp4", "b.avi", "c.MKV", "d.mov"])
def test_a_video_is_read_frame_by_frame_with_its_time(film: Callable[..., Path], name: str) -> None:
    path = film(name)

    found = list(frames(str(path)))

    assert [each.name for each in found][:2] == [f"{path} frame 0, 0.00 s", f"{path} frame 1, 0.20 s"]
    assert [each.stem for each in found][-1] == f"{path.stem}-000005"
    assert levels(found) == pytest.approx(LEVELS, abs=6)


def test_of_a_video_each_nth_frame_and_so_many_may_be_taken(film: Callable[..., Path]) -> None:
    path = str(film())

    assert levels(frames(path, every=2)) == pytest.approx(LEVELS[::2], abs=6)
    assert levels(frames(path, every=2, most=2)) == pytest.approx(LEVELS[:3:2], abs=6)


def test_a_film_that_a_phone_turned_is_shown_upright(film: Callable[..., Path]) -> None:
    path = film()
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 4 + 4 + 20 + 16  # its matrix: behind version, times and layer
    data[place : place + 36] = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 32 * 65536, 0, 2**30)  # clockwise
    path.write_bytes(data)

    picture = np.asarray(next(frames(str(path))).picture())

    assert picture.shape == (64, 32, 3)
    assert picture[:20].mean() < picture[-20:].mean() - 5  # what was left, and darker, is above


def test_a_folder_is_its_images_by_name_at_any_depth(tmp_path: Path) -> None:
    for name in ("b.PNG", "a/z.jpg", "a/y.bmp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 4), (9, 9, 9)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")

    found = list(frames(str(tmp_path)))

    assert [each.name for each in found] == [str(tmp_path / name) for name in ("a/y.bmp", "a/z.jpg", "b.PNG")]
    assert {each.picture().size for each in found} == {(8, 4)}


def test_an_endless_device_gives_as_many_frames_as_are_wanted() -> None:
    """Of FFmpeg's own test pattern: there is no camera where tests run, and it is read by the same lines."""
    found = module._decoded("testsrc=size=64x48:rate=5", "camera-0", 1, "lavfi")

    taken = [next(found) for _ in range(12)]
    found.close()  # type: ignore[attr-defined]  # it is a generator

    assert [each.stem for each in taken[::11]] == ["camera-0-000000", "camera-0-000011"]
    assert taken[11].picture().size == (64, 48)


def test_a_camera_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"there is no /dev/video98 here; there (is no camera|are camera:\d+)"):
        next(frames("camera:98"))


def test_an_empty_folder_says_what_would_be_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")

    with pytest.raises(ValueError, match=r"no image lies in this folder \(.bmp, .gif, .jpeg, .jpg"):
        next(frames(str(tmp_path)))


def test_what_only_has_the_name_of_a_video_is_told(tmp_path: Path, film: Callable[..., Path]) -> None:
    whole = film().read_bytes()
    (tmp_path / "text.mp4").write_text("no video, but long enough to look at" * 100)
    (tmp_path / "short.mp4").write_bytes(whole[: len(whole) // 2])

    for name in ("text.mp4", "short.mp4"):
        with pytest.raises(ValueError, match="not read as a video: [A-Z][a-z ]+|there are no pictures in it"):
            list(frames(str(tmp_path / name)))


def test_a_file_of_sound_alone_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())

    with pytest.raises(ValueError, match="there are no pictures in it"):
        next(frames(str(path)))


def test_a_file_that_is_not_there_is_told_in_the_words_of_the_system(tmp_path: Path) -> None:
    for name in ("a.mp4", "a.png"):
        with pytest.raises(FileNotFoundError):
            next(frames(str(tmp_path / name))).picture()


def test_without_pyav_a_video_says_how_to_get_it(film: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = film(), builtins.__import__

    def missing(name: str, *given: Any) -> Any:
        if name == "av":
            raise ImportError(name)
        return real(name, *given)

    monkeypatch.setattr(builtins, "__import__", missing)

    with pytest.raises(ValueError, match=r"need PyAV, which is not installed here: run install.sh --video"):
        next(frames(str(path)))


@pytest.mark.parametrize(("picture", "mask"), [("a.png", "a_mask.jpg"), ("images/a.png", "masks/a.png")])
def test_a_mask_beside_a_picture_is_its_own_and_no_picture(tmp_path: Path, picture: str, mask: str) -> None:
    for name, level in ((picture, 9), (mask, 255), ("b.png", 9)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (4, 3), (level,) * 3).save(tmp_path / name)

    found = {frame.stem: frame.mask for frame in frames(str(tmp_path), masked=True)}

    assert found == {"a": tmp_path / mask, "b": None}
    assert len(list(frames(str(tmp_path)))) == 3
    assert masks.read(tmp_path / mask, Image.new("RGB", (4, 3))).getextrema() == (255, 255)
    with pytest.raises(ValueError, match=r"its mask a.* is 4×3 pixels, the picture 5×3"):
        masks.read(tmp_path / mask, Image.new("RGB", (5, 3)))
