"""The packaged application on folders and videos, with nothing installed but what it asks for."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

Ended = subprocess.CompletedProcess[str]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Four frames of noise."""
    path, random = tmp_path / "clip.mp4", np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=2)
        stream.width, stream.height, stream.pix_fmt = 48, 32, "yuv420p"
        for _ in range(4):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(random.integers(0, 256, (32, 48, 3), np.uint8))))
        container.mux(stream.encode())
    return path


@pytest.fixture
def run_with_video(package: Path, needed: Path, tmp_path: Path) -> Callable[..., Ended]:
    """As ``run_bare``, with PyAV beside, as ``install.sh --video`` leaves it."""
    spec = importlib.util.find_spec("av")
    assert spec is not None
    assert spec.origin is not None
    folder, packages = tmp_path / "video", Path(spec.origin).parents[1]
    folder.mkdir()
    for name in ("av", "av.libs"):
        (folder / name).symlink_to(packages / name)

    def run(*arguments: str) -> Ended:
        path = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{package / 'app'}:{needed}:{folder}"}
        return subprocess.run(
            [sys.executable, "-S", "-m", "workbench.application", *arguments],
            capture_output=True,
            text=True,
            env=path,
            cwd="/",
            timeout=60,
            check=False,
        )

    return run


def test_a_folder_is_answered_image_by_image_and_what_is_broken_is_told(
    package: Path, run_bare: Callable[..., Ended], tmp_path: Path
) -> None:
    shutil.copytree(package / "samples", tmp_path / "photos")
    (tmp_path / "photos" / "02.png").write_bytes(b"text")

    ended = run_bare("-m", "workbench.application", str(tmp_path / "photos"), "--draw", str(tmp_path / "drawn"))

    named = [line for line in ended.stdout.splitlines() if not line.startswith(" ")]
    assert named == [str(tmp_path / "photos" / name) for name in ("01.png", "03.png")]
    assert ended.stderr == f"{tmp_path}/photos/02.png: not an image of a known format ({', '.join(FORMATS)})\n"
    assert ended.returncode == 1
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == ["01.png", "03.png"]


FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF")


def test_a_video_is_answered_frame_by_frame_and_drawn(
    clip: Path, run_with_video: Callable[..., Ended], tmp_path: Path
) -> None:
    ended = run_with_video(str(clip), "--every", "2", "--draw", str(tmp_path / "drawn"))

    assert (ended.returncode, ended.stderr) == (0, "")
    assert [line for line in ended.stdout.splitlines() if not line.startswith(" ")] == [
        f"{clip} frame 0, 0.00 s",
        f"{clip} frame 2, 1.00 s",
    ]
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == ["clip-000000.png", "clip-000002.png"]


def test_without_what_reads_videos_it_says_how_to_get_it(clip: Path, run_bare: Callable[..., Ended]) -> None:
    ended = run_bare("-m", "workbench.application", str(clip))

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"{clip}: videos and cameras need PyAV, which is not installed here: run install.sh --video\n"
    )


def test_of_several_inputs_one_that_is_not_there_keeps_no_other(
    package: Path, run_with_video: Callable[..., Ended]
) -> None:
    ended = run_with_video("camera:97", "/nowhere/a.png", str(package / "samples" / "01.png"))

    assert len(ended.stdout.splitlines()) == 3
    assert ended.stderr.splitlines() == [
        "camera:97: there is no /dev/video97 here; there is no camera",
        "/nowhere/a.png: No such file or directory",
    ]
    assert ended.returncode == 1


def test_a_count_that_is_none_is_refused_in_words(package: Path, run_bare: Callable[..., Ended]) -> None:
    ended = run_bare("-m", "workbench.application", "x.mp4", "--every", "0")

    assert ended.returncode == 2
    assert "argument --every: must be a whole number from 1, not '0'" in ended.stderr
