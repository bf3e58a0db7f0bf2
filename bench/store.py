"""Upload and download through the store beside a bare client against the same server or disk, in turns.

Target: at least 0.85 of the bare client's speed, memory flat. The bare client of S3 is boto3's own
transfer (`upload_file`, `download_file`, its threads and parts); that of the directory is a copy that is hashed with
SHA-256 chunk by chunk, and an fsync. The store also hashes what goes to and comes from S3, which boto3 does not.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from servers.seaweedfs import SeaweedFS
from workbench.store import FileStore, Store

MIB = 1 << 20


def main() -> None:
    """Print one line for each store and direction."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mib", type=int, default=256)
    arguments.add_argument("--rounds", type=int, default=7)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source"
        with source.open("wb") as file:
            for _ in range(chosen.mib):
                file.write(os.urandom(MIB))
        files(folder, source, chosen.rounds)
        s3(folder, source, chosen.rounds)


def s3(folder: Path, source: Path, rounds: int) -> None:
    """S3Store beside boto3."""
    server = SeaweedFS(folder / "seaweedfs")
    server.start()
    try:
        store = server.store()
        bare = server.client()
        target = folder / "fetched"
        compare(
            "S3 upload",
            source,
            rounds,
            lambda: upload(store, source),
            lambda: bare.upload_file(str(source), server.bucket, "bare"),
        )
        compare(
            "S3 download",
            source,
            rounds,
            lambda: store.fetch("object", target),
            lambda: bare.download_file(server.bucket, "bare", str(target)),
        )
    finally:
        server.stop()


def files(folder: Path, source: Path, rounds: int) -> None:
    """FileStore beside a copy that is flushed to disk."""
    store = FileStore(folder / "store")
    target = folder / "copied"
    compare("directory upload", source, rounds, lambda: upload(store, source), lambda: copy(source, target, flush=True))
    compare(
        "directory download",
        source,
        rounds,
        lambda: store.fetch("object", folder / "fetched"),
        lambda: copy(source, target, flush=False),
    )


def upload(store: Store, source: Path) -> None:
    """As a service streams a request's body."""
    with source.open("rb") as file:
        store.put_stream("object", file)


def copy(source: Path, target: Path, *, flush: bool) -> None:
    """What anybody does who owes a digest, and the fsync that a store owes."""
    digest = hashlib.sha256()
    with source.open("rb") as file, target.open("wb") as copied:
        while chunk := file.read(MIB):
            digest.update(chunk)
            copied.write(chunk)
        copied.flush()
        if flush:
            os.fsync(copied.fileno())


def compare(what: str, source: Path, rounds: int, ours: Callable[[], object], bare: Callable[[], object]) -> None:
    """Interleaved, after one round that warms up; the ratio is of speeds: above 1 the store is faster."""
    size_mib = source.stat().st_size / MIB
    pairs = []
    ours(), bare()
    ours_grew = 0
    for number in range(rounds):
        turns = {"ours": ours, "bare": bare}
        took = {}
        for name in sorted(turns, reverse=bool(number % 2)):
            began = time.perf_counter()
            grew = peak_growth(turns[name])
            took[name] = time.perf_counter() - began
            ours_grew = max(ours_grew, grew) if name == "ours" else ours_grew
        pairs.append((took["ours"], took["bare"]))
    ratios = sorted(bare_s / ours_s for ours_s, bare_s in pairs)
    speed = size_mib / statistics.median(ours_s for ours_s, _ in pairs)
    bare_speed = size_mib / statistics.median(bare_s for _, bare_s in pairs)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what} of {size_mib:.0f} MiB: {speed:.0f} MiB/s beside {bare_speed:.0f}, ratio "
        f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}, wanted >= 0.85), "
        f"grew {ours_grew / MIB:.0f} MiB, peak {peak_mib:.0f} MiB with the bare client"
    )


def peak_growth(act: Callable[[], object]) -> int:
    """Bytes by which the resident memory rose above its start while ``act`` ran, sampled every 20 ms."""
    process, done = psutil.Process(), threading.Event()
    before = peak = process.memory_info().rss

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        act()
    finally:
        done.set()
        watching.join()
    return peak - before


if __name__ == "__main__":
    main()
