"""Upload and download 300 MB through the API and with boto3 alone, in turns, against the same S3 server.

Targets: at least 0.85 of the raw client's speed, and an API process whose memory stays flat.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from boto3.s3.transfer import TransferConfig
from workbench.client import Client
from workbench.jobs import embedded
from workbench.store import File, Keys, Manifest, Manifests

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from servers import seaweedfs
from servers.services import Service
from serving import object_store
from workbench.store.s3 import S3Store
from workbench.webapp.identity import Identity, write_token

MEGABYTES, ROUNDS = 300, 7
AS_WE_DO = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20, max_concurrency=4)


def main() -> None:
    """Start the servers, measure, print one line each."""
    with object_store() as (folder, server):
        big = folder / "big.onnx"
        big.write_bytes(os.urandom(1 << 20) * MEGABYTES)
        measure(folder, server, big)


def measure(folder: Path, server: seaweedfs.SeaweedFS, big: Path) -> None:
    """With one API process of the model registry."""
    home = folder / "home"
    store = server.store()
    write_token(store, "secret", Identity("team", "member"), "bench")
    service = Service(
        folder / "api", "workbench.model_registry", "api", {"WORKBENCH_HOME": str(home), **server.settings}
    )
    service.start()
    try:
        with Client(f"http://127.0.0.1:{service.port}", "secret") as client:
            before = peak_mib(service)
            compare(
                "upload",
                lambda: client.models.upload(big),
                lambda: server.client().upload_file(str(big), server.bucket, "raw", Config=AS_WE_DO),
            )
            digest = stored(store, home, big)
            there, raw = folder / "there.onnx", folder / "raw.onnx"
            compare(
                "download",
                lambda: client.models.download("m", "big.onnx", there),
                lambda: server.client().download_file(
                    server.bucket, Keys("team").blob(digest), str(raw), Config=TransferConfig(use_threads=False)
                ),
            )
            print(f"API process: {before} MiB at its start, peak {peak_mib(service)} MiB")
    finally:
        service.stop()


def compare(what: str, ours: Callable[[], object], raw: Callable[[], object]) -> None:
    """Print the ratio of speeds, a pair at a time."""
    pairs = [(seconds(ours), seconds(raw)) if n % 2 else (seconds(raw), seconds(ours))[::-1] for n in range(ROUNDS)]
    ratios = sorted(theirs / own for own, theirs in pairs)
    own, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}; target >= 0.85)"
    print(f"{what}: {MEGABYTES / own:.0f} MB/s, boto3 alone {MEGABYTES / theirs:.0f} MB/s; {ratio}", flush=True)


def stored(store: S3Store, home: Path, big: Path) -> str:
    """Make the file one of model ``m``, as a finished import would."""
    with big.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        store.put_stream(Keys("team").blob(digest), file)
    manifest = Manifest("model", "m", "team", "", (File("big.onnx", digest, big.stat().st_size),), {"format": "onnx"})
    Manifests(store, "team").write(manifest.text())
    embedded(home).record("model-registry").index("model", manifest, "big")
    return digest


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def peak_mib(service: Service) -> int:
    """The most memory that the process that answers has ever had."""
    assert service._process is not None
    pid = service._process.pid
    child = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
    status = Path(f"/proc/{child}/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) // 1024


if __name__ == "__main__":
    main()
